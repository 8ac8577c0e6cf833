import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { check } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';
import { type Protocol, ProtocolError, readObject } from '../src/index.ts';

const compiler = 'aarch64-linux-gnu-gcc';
const isMissing = spawnSync(compiler, ['--version']).status !== 0;
const programs = join(import.meta.dirname, 'programs');
const source = join(programs, 'publish.c');
const folder = mkdtempSync(join(tmpdir(), 'quiesce-object-'));

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}

function compiled(name: string, ...options: readonly string[]): Uint8Array {
  return compiledFrom('publish.c', name, ...options);
}

function compiledFrom(program: string, name: string, ...options: readonly string[]): Uint8Array {
  run(compiler, ['-c', '-g', ...options, join(programs, program), '-o', `${name}.o`]);
  return readFileSync(join(folder, `${name}.o`));
}

async function verdict(protocol: Protocol, tier: 1 | 2 = 1): Promise<string> {
  const { verdict: found, violations, witnesses } = await check(protocol, 2, { tier });
  return violations.at(0)?.kind ?? `${found}${Object.values(witnesses).includes(0) ? ', vacuous' : ''}`;
}

describe.skipIf(isMissing)(`${compiler} -c${isMissing ? ' (missing: skipped)' : ''}`, () => {
  it.each([
    ['-O2', 'holds'],
    ['-O0', 'holds'],
    ['-O2 -fno-pic', 'holds'],
    ['-Os -mcmodel=tiny -fno-pic', 'holds'],
    ['-O2 -DWITHOUT_ISB', 'cmodx'],
    ['-O2 -DWITHOUT_MAINTENANCE', 'stale'],
  ])('%s: %s', async (options, expected) => {
    const object = compiled('verdict', ...options.split(' '));
    expect(await verdict(readObject(object, 'publish.o'))).toBe(expected);
  });

  it.each([
    '-O0',
    '-Os',
    '-O2 -fPIC',
    '-O1 -fpic',
    '-O3 -fno-pic',
    '-Os -mcmodel=tiny',
    '-O1 -mcmodel=large -fno-pic',
  ])('%s: a branch through the table of a switch is followed, in both tiers', async (options) => {
    const object = compiledFrom('switch.c', 'switch', ...options.split(' '));
    for (const tier of [1, 2] as const) {
      expect(await verdict(readObject(object, 'switch.o'), tier), `tier ${tier}`).toBe('holds');
    }
    const broken = compiledFrom('switch.c', 'broken', ...options.split(' '), '-DWITHOUT_ISB');
    expect(await verdict(readObject(broken, 'broken.o'))).toBe('cmodx');
  });

  it.each(['-O0 -fno-pic', '-O2 -fno-pic', '-O2 -fno-pic -mcmodel=large', '-O2 -fno-pic -mcmodel=tiny'])(
    '%s: sections are relocated as the linker does it',
    (options) => {
      const object = compiled('linked', ...options.split(' '));
      const { code } = readObject(object, 'linked.o').image(2);
      const bases = [...code.sections.values()].map(
        ({ name, base }) => `--section-start=${name}=0x${base.toString(16)}`,
      );
      run('aarch64-linux-gnu-ld', ['-e', 'writer', '-o', 'linked', ...bases, 'linked.o']);
      for (const [name, { bytes }] of code.sections) {
        if (name === '.bss') continue;
        run('aarch64-linux-gnu-objcopy', ['-O', 'binary', `--only-section=${name}`, 'linked', 'section.bin']);
        const hex = (of: Uint8Array): string => Buffer.from(of).toString('hex');
        expect(hex(bytes), name).toBe(hex(readFileSync(join(folder, 'section.bin'))));
      }
    },
  );

  it.each(['-gdwarf-5', '-gdwarf-4'])('%s: lines are those that readelf shows', (form) => {
    const object = compiled('lines', '-O2', '-fno-pic', form);
    const image = readObject(object, 'lines.o').image(2);
    const text = run('aarch64-linux-gnu-readelf', ['--debug-dump=decodedline', 'lines.o']);
    const shown = [...text.matchAll(/^publish\.c +(\d+) +0x([0-9a-f]+|0)\b/gm)].map(([, line, at]) => ({
      line: Number(line),
      at: Number.parseInt(at, 16),
    }));
    expect(shown.length).toBeGreaterThan(10);
    const base = image.code.sections.get('.text')?.base ?? 0;
    for (const { at } of shown) {
      const last = shown.findLast((row) => row.at === at);
      expect(image.source(base + at), `0x${at.toString(16)}`).toEqual({
        file: expect.stringMatching(/publish\.c$/) as string,
        line: last?.line,
      });
    }
  });

  it.each<[string, string, string, readonly string[]]>([
    ['-gdwarf-5', 'below/publish.c', 'below/publish.c', []],
    ['-gdwarf-4', 'below/publish.c', 'below/publish.c', []],
    ['-gdwarf-5', join(folder, 'below/publish.c'), 'below/publish.c', []],
    ['-gdwarf-4', join(folder, 'below/publish.c'), join(folder, 'below/publish.c'), []],
    ['-gdwarf-5', 'below/../publish.c', 'publish.c', []],
    ['-gdwarf-4', 'below/../publish.c', 'publish.c', []],
    ['-gdwarf-5', source, source, []],
    ['-gdwarf-4', source, source, []],
    ['-gdwarf-5', 'below/publish.c', '/elsewhere/publish.c', ['-ffile-prefix-map=below=/elsewhere']],
  ])('%s of %s: the path is %s', (form, given, expected, more) => {
    mkdirSync(join(folder, 'below'), { recursive: true });
    for (const copy of ['publish.c', 'below/publish.c']) copyFileSync(source, join(folder, copy));
    run(compiler, ['-c', '-g', '-O2', form, ...more, given, '-o', 'paths.o']);
    const image = readObject(readFileSync(join(folder, 'paths.o')), 'paths.o').image(2);
    expect(image.source(image.code.addressOf('runner'))?.file).toBe(expected);
  });

  it('a file for another machine, a program and something that is cut off are refused with the offset', () => {
    const object = compiled('bad', '-O2');
    const edited = (at: number, value: number): Uint8Array => {
      const copy = Uint8Array.from(object);
      copy[at] = value;
      return copy;
    };
    const complaint = (bytes: Uint8Array): string => {
      try {
        readObject(bytes, 'bad.o').image(2);
      } catch (error) {
        if (error instanceof ProtocolError) return `${error.message}; ${error.remedy}`;
        throw error;
      }
      return 'nothing wrong';
    };
    expect(complaint(edited(18, 62))).toBe(
      'bad.o: offset 0x12: expected code for AArch64, found x86-64; use the cross compiler, aarch64-linux-gnu-gcc',
    );
    expect(complaint(edited(16, 2))).toMatch(
      /^bad.o: offset 0x10: expected a relocatable object file, found a program; compile with '-c'/,
    );
    expect(complaint(edited(4, 1))).toMatch(
      /^bad.o: offset 0x4: expected an ELF file of 64 bits, found one of 32 bits/,
    );
    expect(complaint(compiledFrom('plain.c', 'plain'))).toMatch(
      /^bad.o: offset 0x0: expected directives as strings in the section '.quiesce', found none; add some/,
    );
    expect(complaint(object.subarray(0, 1000))).toMatch(
      /^bad.o: offset 0x[0-9a-f]+: expected \d+ bytes, found \d+; copy the whole file$/,
    );
    const text = Buffer.from(object).toString('latin1');
    const misspelt = Buffer.from(text.replace('role writer', 'rule writer'), 'latin1');
    const at = text.indexOf('role writer').toString(16);
    expect(complaint(misspelt)).toMatch(
      new RegExp(`^bad.o: offset 0x${at}: expected a directive, found 'rule'`),
    );
  });

  it('what was left for link-time optimisation is refused', () => {
    const object = compiled('slim', '-O2', '-flto', '-fno-fat-lto-objects');
    expect(() => readObject(object, 'slim.o')).toThrow(
      /^slim.o: offset 0x[0-9a-f]+: expected machine code, found what the compiler left for link-time optimisation$/,
    );
    expect(readObject(compiled('fat', '-O2', '-flto', '-ffat-lto-objects'), 'fat.o').sizes).toEqual([2]);
  });

  it('whatever is damaged, the answer is a protocol or one line', () => {
    const object = compiled('fuzz', '-O1');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(object.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(object.length),
        (edits, end) => {
          const copy = Uint8Array.from(end % 3 === 0 ? object.subarray(0, end) : object);
          for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
          try {
            readObject(copy, 'fuzz.o').image(2);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
            expect((error as ProtocolError).message).not.toContain('\n');
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
