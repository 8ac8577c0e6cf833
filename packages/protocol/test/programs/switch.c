/* A dispatcher that calls a published function from one case of a switch, which compilers turn into a branch through a table. */
#define quiesce(text) \
    __asm__(".pushsection .quiesce,\"\",%progbits\n.asciz \"" text "\"\n.popsection")

quiesce("cpus 2");
quiesce("role writer 1");
quiesce("role runner 1");
quiesce("site buffer: udf #0; udf #0 -> mov w0, #42; ret");
quiesce("witness the function runs: patched and runner at buffer");

typedef unsigned int word;

static const word code[2] = {0x52800540, 0xd65f03c0};
__asm__(".text\n.balign 8\n.global buffer, done\nbuffer: udf #0\n udf #0\ndone: b done\n");
extern volatile word buffer[];
extern void done(void);

static int ready;
volatile int operation = 3;
volatile int result;

void writer(void) {
    for (int i = 0; i < 2; i++)
        buffer[i] = code[i];
    __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish" ::"r"(buffer) : "memory");
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    done();
}

void runner(void) {
    while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        ;
#ifndef WITHOUT_ISB
    __asm__ volatile("isb" ::: "memory");
#endif
    /* A table of addresses: relocated data that is not written (.data.rel.ro.local). */
    static const void *const places[] = {&&first, &&second, &&third};
    goto *places[result];
first:
second:
third:
    switch (operation) {
    case 0: result = 17; break;
    case 1: result += 5; break;
    case 2: result -= 9; break;
    case 3: result = ((int (*)(void))buffer)(); break;
    case 4: result ^= 3; break;
    case 5: result *= 7; break;
    case 6: result |= 8; break;
    case 7: result = -result; break;
    case 8: result <<= 2; break;
    case 9: result = ~result; break;
    case 10: result += 11; break;
    case 11: result %= 5; break;
    case 12: result &= 6; break;
    case 13: result -= 21; break;
    case 14: result = result * result; break;
    case 15: result >>= 1; break;
    case 16: result ^= 99; break;
    case 17: result = !result; break;
    case 18: result /= 3; break;
    case 19: result = 3 - result; break;
    }
    done();
}
