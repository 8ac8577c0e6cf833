/* Writes the seconds of CPU time that capstone takes for the text of every word of a file, a number of times. */
#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL) return 2;
  static unsigned char bytes[1 << 24];
  const size_t size = fread(bytes, 1, sizeof bytes, file);
  csh handle;
  if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &handle) != CS_ERR_OK) return 1;
  cs_option(handle, CS_OPT_SKIPDATA, CS_OPT_ON);
  cs_insn *insn = cs_malloc(handle);
  for (int round = atoi(argv[2]); round > 0; round--) {
    const unsigned char *at = bytes;
    size_t left = size;
    uint64_t address = 0;
    unsigned long words = 0;
    const clock_t start = clock();
    while (cs_disasm_iter(handle, &at, &left, &address, insn)) words++;
    printf("%lu %.6f\n", words, (double)(clock() - start) / CLOCKS_PER_SEC);
  }
  return 0;
}
