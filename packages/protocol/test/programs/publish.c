/* A function is published by one CPU and called by another, as a compiler sees it. */
#define quiesce(text) \
    __asm__(".pushsection .quiesce,\"\",%progbits\n.asciz \"" text "\"\n.popsection")

quiesce("cpus 2");
quiesce("role writer 1");
quiesce("role runner 1");
quiesce("site buffer: udf #0; udf #0 -> mov w0, #42; ret");
quiesce("witness the function runs: patched and runner at buffer");

typedef unsigned int word;

/* The words that are written, and where; the code that runs there is no C. */
static const word code[2] = {0x52800540, 0xd65f03c0};
__asm__(".text\n.balign 8\n.global buffer, done\nbuffer: udf #0\n udf #0\ndone: b done\n");
extern volatile word buffer[];
extern void done(void);

static int ready;

void writer(void) {
    for (int i = 0; i < 2; i++)
        buffer[i] = code[i];
#ifndef WITHOUT_MAINTENANCE
    __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish" ::"r"(buffer) : "memory");
#endif
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    done();
}

void runner(void) {
    while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        ;
#ifndef WITHOUT_ISB
    __asm__ volatile("isb" ::: "memory");
#endif
    ((int (*)(void))buffer)();
    done();
}
