import { test } from 'vitest';
import { assemble } from '@quiesce/insn';
import { exploreSync } from '@quiesce/explore';
import { MachineSystem, type MachineSpec } from '@quiesce/machine';

const pad = (b: Uint8Array) => { const r = new Uint8Array(Math.ceil(b.length / 8) * 8); r.set(b); return r; };
interface More { [k: string]: any }
function specOf(src: string, cpus: number, more: (a: any) => More = () => ({})): MachineSpec {
  const asm = assemble(src, { file: 'zz.s', bases: { '.text': 0x10000, '.data': 0x20000, '.percpu': 0x50000 } as any });
  const kinds: any = { '.text': 'text', '.data': 'shared', '.percpu': 'private' };
  const at = (l: string) => asm.symbols.get(l)!;
  const m = more(at);
  const regions = [...asm.sections.values()].filter((s) => s.bytes.length > 0).map((s) => ({ name: s.name, kind: kinds[s.name], base: s.base, bytes: pad(s.bytes) }));
  const { memory = {}, noStack, ...rest } = m as any;
  return { cpus, entry: at('_start'), done: at('done'), stackPointer: 0x41000, ...rest,
    memory: { regions: [...regions, ...(noStack ? [] : [{ name: 'stack', kind: 'private', base: 0x40000, bytes: new Uint8Array(0x1000) }])], ...memory } } as MachineSpec;
}
function verdict(spec: MachineSpec, o: any): string {
  try {
    const r: any = exploreSync(new MachineSystem(spec, o), {});
    return r.verdict + (r.violations?.length ? ':' + r.violations[0].property : '') + (r.verdict === 'aborted' ? ' ' + r.reason.message.slice(0, 160) : '') + ` (${r.statistics.states})`;
  } catch (e: any) { return 'threw ' + e.message.slice(0, 160); }
}
function show(name: string, spec: MachineSpec) {
  const off = { symmetry: false, fuse: false, liveness: false };
  console.log(`## ${name}\n   all on : ${verdict(spec, {})}\n   no live: ${verdict(spec, { liveness: false })}\n   no fuse: ${verdict(spec, { fuse: false })}\n   all off: ${verdict(spec, off)}`);
}
const vec = (irq: string, other = 'b .') => `
.balign 2048
vectors:
${[0,1,2,3,4,5,6,7].map((i) => `.balign 128\n ${i === 5 ? irq : other}`).join('\n')}
.balign 128
`;
const irqs = (at: any) => ({ vectors: at('vectors'), events: [{ kind: 'irq', budget: 1 }] });
const CPU = (n: string) => n;


test('zz', () => {
  const num = `adrp x1, num
 add x1,x1,:lo12:num
 ldr w0,[x1]
`;
  const per = `.section .percpu
num: .word 0
 .word 0
`;
  show('5 ELR saved on the stack, torn missed', specOf(`
.text
_start: ${num}
 mov x2,#0x18000
 cbnz w0, other
site: mov w5,#1
 mov w6,#2
 b done
.balign 8
new: movz w5,#3
other: adrp x3, new
 add x3,x3,:lo12:new
 ldr w3,[x3]
 str w3,[x2,:lo12:site]
done: b .
 .balign 8
handler: sub sp,sp,#32
 stp x0,x1,[sp]
 mrs x0, elr_el1
 mrs x1, spsr_el1
 stp x0,x1,[sp,#16]
 adrp x0, word
 add x0,x0,:lo12:word
 ldr w1,[x0]
 ldr w1,[x0]
 ldp x0,x1,[sp,#16]
 msr elr_el1,x0
 msr spsr_el1,x1
 ldp x0,x1,[sp]
 add sp,sp,#32
 eret
${vec('b handler')}
.data
word: .quad 0
${per}`, 2, (at) => ({ safeList: '2026', cpuNumber: at('num'), vectors: at('vectors'), roles: [0, 1], events: [{ kind: 'irq', budget: 1, cpus: [0] }],
    memory: { aliases: [{ name: 'a', of: '.text', base: 0x18000 }], sites: [{ name: 's', address: at('site') , words: 2 }] } })));
  show('11 switch to another stack above', specOf(`
.text
_start: mov x1,#5
 str x1,[sp,#-16]!
 mov x20, sp
 adrp x2, irqstack
 add x2,x2,:lo12:irqstack
 mov sp, x2
 isb
 isb
 mov sp, x20
 ldr x1,[sp],#16
 cbz x1, 1f
 brk #0x800
1:
done: b .
.section .percpu
 .skip 64
irqstack: .quad 0
`, 1));
  const touch = (addr: string) => `handler: ${addr}
 cbz w4, 1f
 brk #0x800
1: eret
`;
  const mainToggle = (pre = '') => `_start: ${pre}
 adrp x1, num
 add x1,x1,:lo12:num
 isb
 mov w2,#1
 str w2,[x1]
 str wzr,[x1]
 isb
done: b .
`;
  show('12a control: handler touches private, vectors given', specOf(`.text
${mainToggle()}
${touch('adrp x3,num\n add x3,x3,:lo12:num\n ldr w4,[x3]')}
${vec('b handler')}
${per}`, 1, irqs));
  show('12 VBAR set by the program', specOf(`.text
${mainToggle('adrp x0, vectors\n add x0,x0,:lo12:vectors\n msr vbar_el1,x0\n msr daifclr,#15')}
${touch('adrp x3,num\n add x3,x3,:lo12:num\n ldr w4,[x3]')}
${vec('b handler')}
${per}`, 1, () => ({ daif: 0x3c0, events: [{ kind: 'irq', budget: 1 }] })));
  show('13 no stack mapped', specOf(`.text
${mainToggle()}
${touch('adrp x3,num\n add x3,x3,:lo12:num\n ldr w4,[x3]')}
${vec('b handler')}
${per}`, 1, (at) => ({ ...irqs(at), noStack: true, stackPointer: 0x1000 })));
  show('14 per-CPU register offset in the handler', specOf(`.text
${mainToggle('adrp x5,num\n adrp x6,base\n sub x5,x5,x6\n msr tpidr_el1,x5')}
${touch('mrs x5,tpidr_el1\n adrp x3,base\n add x3,x3,:lo12:base\n ldr w4,[x3,x5]')}
${vec('b handler')}
.data
base: .quad 0
${per}`, 1, irqs));
  show('15 SDEI COMPLETE and ELR of interrupted handler', specOf(`.text
_start: isb
 isb
done: b .
handler: isb
 isb
 mrs x0, elr_el1
 cbnz x0, 1f
 brk #0x800
1: eret
sdei: movz x0,#0x0025
 movk x0,#0xc400,lsl #16
 isb
 smc #0
2: b 2b
${vec('b handler')}
`, 1, (at) => ({ vectors: at('vectors'), sdeiEntry: at('sdei'), events: [{ kind: 'irq', budget: 1 }, { kind: 'sdei', budget: 1 }] })));
  show('16 FIQ handler reads IAR: 1023 expected', specOf(`.text
_start: isb
 isb
done: b .
handler: mrs x0, icc_iar1_el1
 cbnz x0, 1f
 brk #0x800
1: eret
${vec('b .', 'b handler')}
`, 1, (at) => ({ vectors: at('vectors'), events: [{ kind: 'fiq', budget: 1 }] })));
  show('17 handler redirects ELR', specOf(`.text
_start: mov x19,#1
 isb
 isb
 mov x19,#0
1: b done
L: cbz x19, 1b
 brk #0x800
done: b .
handler: adr x0, L
 msr elr_el1, x0
 eret
${vec('b handler')}
`, 1, irqs));
  show('18 exclusive through one alias, store through another', specOf(`.text
_start: ${num}
 adrp x2, ctr
 add x2,x2,:lo12:ctr
 cbnz w0, other
 ldxr w3,[x2]
 add w3,w3,#1
 stxr w4,w3,[x2]
 cbnz w4, done
 ldr w5,[x2]
 cbz w5, done
 cmp w5,#7
 b.eq done
 cmp w5,#8
 b.eq done
 brk #0x800
 b done
other: mov x2,#0x60000
 mov w3,#7
 str w3,[x2]
done: b .
.data
ctr: .quad 0
${per}`, 2, (at) => ({ cpuNumber: at('num'), roles: [0, 1], memory: { aliases: [{ name: 'd', of: '.data', base: 0x60000 }] } })));
  show('20 br to a computed address: remedy "without the reductions"', specOf(`.text
_start: adr x0, L
 add x0,x0,#4
 br x0
L: b .
done: b .
`, 1));
  show('24 handler sees registers that fusing hides', specOf(`.text
_start: mov x19,#0
 isb
 mov x19,#1
 mov x19,#0
 isb
 cbz x19, done
done: b .
handler: cbz x19, 1f
 brk #0x800
1: eret
${vec('b handler')}
`, 1, irqs));
  show('23 red zone: value below SP, handler pushes', specOf(`.text
_start: isb
 mov x1,#5
 str x1,[sp,#-8]
 ldr x2,[sp,#-8]
 cmp x2,#5
 b.eq done
 brk #0x800
done: b .
handler: str xzr,[sp,#-16]!
 str xzr,[sp,#8]
 add sp,sp,#16
 eret
${vec('b handler')}
`, 1, irqs));
  show('22 SPSel 0 for a moment', specOf(`.text
_start: isb
 msr spsel,#0
 msr spsel,#1
 isb
done: b .
bad: brk #0x800
handler: eret
.balign 2048
vectors: b bad
.balign 128
 b bad
.balign 128
 b bad
.balign 128
 b bad
.balign 128
 b handler
.balign 128
 b handler
.balign 128
`, 1, irqs));
  show('21 SGI only in a replacement', specOf(`.text
_start: isb
done: b .
`, 1));
  show('19 undeclared site becomes bl', specOf(`.text
_start: mov x19,#1
 mov x2,#0x18000
 adrp x3, new
 add x3,x3,:lo12:new
 ldr w3,[x3]
 str w3,[x2,:lo12:site]
 add x2,x2,:lo12:site
 mov x2,#0x10000
 add x2,x2,:lo12:site
 mov x4,#0x18000
 add x4,x4,:lo12:site
 dc cvau, x4
 dsb ish
 ic ivau, x2
 dsb ish
 isb
site: nop
 cbz x19, done
 brk #0x800
done: b .
.balign 32
f: isb
 isb
 ret
.balign 32
.org 0x200
 nop
new: .word 0
 `, 1, (at) => ({ memory: { aliases: [{ name: 'a', of: '.text', base: 0x18000 }], sites: [{ name: 's', address: at('site'), words: 1 }] } })));
});
