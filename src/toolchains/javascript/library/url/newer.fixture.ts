/** Cases that newer versions of the URL Standard have decided. */
declare const report: (value: unknown) => void;

for (const input of ["http://a/^", "data:a #x", "data:a ?x"]) report(new URL(input).href);
