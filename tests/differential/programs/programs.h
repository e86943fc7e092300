int digest(void);
int text(void);
int structures(void);
int numbers(void);
int lines(void);
int vectors(void);
