#ifndef GREET_H
#define GREET_H

/** Exit statuses: all is well, or nobody was named. */
enum { GREETED = 0, NOBODY = 3 };

#endif
