/* A program without directives. */
int runner(void) { return 42; }
