import { describe, expect, it } from 'vitest';
import { type Palette, renderText, traceOf } from '../src/index.ts';
import { fit, listed, wrap } from '../src/layout.ts';
import { handshake, schedule, subject } from './programs.ts';

const made = subject(handshake);
const broken = subject(handshake.replace(/waiter_isb:\n {4}isb\n/, ''));
const finished = traceOf(made, schedule(made.spec, [[1, 2], [0], [1]]), { scenario: 'handshake' });
const violated = traceOf(broken, schedule(broken.spec, [[1, 2], [0], [1]]), { scenario: 'broken' });

describe('the compact form', () => {
  it('is a line a step with a lane for each CPU', () => {
    expect(renderText(violated)).toBe(`broken, 2 CPUs: cmodx after 12 steps
CPU: * moves  | runs  : quiescent  ^ in a handler  z in WFE or WFI  blank: finished  ! violation
step  0 1  where           instruction            effect
   1  | *  start           adr x0, cpu_number_at
   2  | *  wait            ldr w4, [x3]           reads flag = 0
   3  * :  start           adr x0, cpu_number_at
   4  * :  patch           str w2, [x1]           PATCHES site: mov w5, #0x1 -> mov w5, #0x2
   5  * :  patch+0x4       dc cvau, x1            line of site
   6  * :  patch+0x8       dsb ish                clean to PoU
   7  * :  invalidate      ic ivau, x5            line of site
   8  * :  invalidate+0x4  dsb ish                caches give the new word only
   9  * :  invalidate+0x8  isb                    cannot run the old word any more
  10  * :  release         str w4, [x3]           flag: 0 -> 1
  11    *  wait            ldr w4, [x3]           reads flag = 1, knows of the new word
  12    !  site            mov w5, #0x1           may fetch mov w5, #0x1 or mov w5, #0x2

cmodx: CPU 1 is about to execute site, which CPU 0 changed from 'mov w5, #0x1' to 'mov w5, #0x2' in
step 4. It may run 'mov w5, #0x1' (old) or 'mov w5, #0x2' (new). 'mov w5, #0x1' and 'mov w5, #0x2'
are not in the list of instructions that may be modified while they are executed (Arm ARM, 2026), so
what the CPU does is unpredictable.
The old word: no cache has supplied it since step 8, but CPU 1 may have fetched it before, and it
has had no context synchronisation event at all. The new word: CPU 0 wrote it in step 4, and any
fetch since then may find it.
When the word was written, CPU 1 was waiting at wait. It learned of the write in step 11 (wait), but
since then no context synchronisation event (ISB, exception entry or return) has made it discard
what it had fetched before. Missing: an ISB after step 11.
`);
  });
});

describe('a program that was compiled', () => {
  const lines = { ...broken, file: 'broken.o', source: () => ({ file: '/src/broken.c', line: 7 }) };
  const compiled = traceOf(lines, schedule(broken.spec, [[1, 2], [0], [1]]), { scenario: 'broken' });

  it('has the lines of its source beside the instructions', () => {
    expect(renderText(compiled).split('\n').slice(2, 5)).toEqual([
      'step  0 1  where           line        instruction            effect',
      '   1  | *  start           broken.c:7  adr x0, cpu_number_at',
      '   2  | *  wait            broken.c:7  ldr w4, [x3]           reads flag = 0',
    ]);
  });

  it('has none where the file that was checked is the source', () => {
    const assembled = { ...lines, file: '/src/broken.c' };
    const trace = traceOf(assembled, schedule(broken.spec, [[1, 2], [0], [1]]), { scenario: 'broken' });
    expect(renderText(trace)).toBe(renderText(violated));
  });

  it.each([{}, { full: true, registers: true }])('fits into 80 columns: %j', (form) => {
    expect(
      Math.max(
        ...renderText(compiled, { ...form, width: 80 })
          .split('\n')
          .map((l) => l.length),
      ),
    ).toBeLessThan(81);
  });
});

describe('every form', () => {
  const forms = [{}, { full: true }, { full: true, registers: true }, { brief: true }];
  const sizes = [1, 2, 3, 4, 8, 20].map((cpus) => {
    const machine = subject(handshake, { cpus });
    const turns = Array.from({ length: cpus }, (_, cpu) => [cpu] as const);
    return traceOf(machine, schedule(machine.spec, turns));
  });

  it.each(forms)('fits into the width: %j', (form) => {
    for (const trace of [...sizes, violated]) {
      // Many lanes need the room.
      for (const width of trace.cpus > 4 ? [100] : [80, 100]) {
        const long = renderText(trace, { ...form, width })
          .split('\n')
          .filter((line) => line.length > width);
        expect(long).toEqual([]);
      }
    }
  });

  it.each(forms)('has no trailing blanks: %j', (form) => {
    expect(renderText(violated, form)).not.toMatch(/ $/m);
  });

  it.each(forms)('reads the same with marks taken away: %j', (form) => {
    const mark =
      (name: string) =>
      (text: string): string =>
        `<${name}>${text}</${name}>`;
    const palette: Palette = { heading: mark('h'), bad: mark('b'), patch: mark('p'), quiet: mark('q') };
    const marked = renderText(violated, { ...form, palette });
    expect(marked).toContain('<b>');
    expect(marked.replaceAll(/<\/?[hbpq]>/g, '').replaceAll(/ +$/gm, '')).toBe(renderText(violated, form));
  });
});

describe('the full form', () => {
  it('has every instruction, and with registers what changes in them', () => {
    const full = renderText(finished, { full: true });
    expect(full).toContain('cbz w4, wait');
    expect(full).toContain('through the linear map');
    expect(full).not.toContain('x4 0x0 -> 0x1');
    expect(renderText(finished, { full: true, registers: true })).toContain('x4 0x0 -> 0x1');
  });
});

describe('layout', () => {
  it('wraps at spaces and keeps what is quoted together', () => {
    expect(wrap('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
    expect(wrap("to 'mov w0, w1' it", 8)).toEqual(['to', "'mov w0, w1'", 'it']);
    expect(wrap('', 5)).toEqual(['']);
  });

  it('keeps the ends of symbols', () => {
    expect(fit('abc', 5)).toBe('abc  ');
    expect(fit('a_long_symbol+0x10', 10)).toBe('..bol+0x10');
  });

  it('lists', () => {
    expect(listed([])).toBe('');
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listed(['a', 'b'], 'or')).toBe('a or b');
  });
});
