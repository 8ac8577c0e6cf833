import { a64, decode, disassemble, encode, formatAddress, mayBePatchedUnderExecution } from '@quiesce/insn';

const program = a64`
  wait:  ldr   w1, [x0]        // the flag
         cbz   w1, wait
         isb
         ret`;
for (const address of program.lines.keys()) {
  const word = program.wordAt(address) ?? 0;
  const safe = mayBePatchedUnderExecution(word) ? 'safe' : '-';
  console.log(program.symbolise(address), decode(word).row.name, disassemble(word, { address }), safe);
}
console.log(formatAddress(encode('brk', { imm16: 4 })), disassemble(0xaa1e03e9));
