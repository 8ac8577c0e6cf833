import { describe, expect, it } from 'vitest';
import { Driven, small } from './small-machine.ts';

const source = (address: string, store = 'str w3, [x4]'): string => `
start:
    adr x4, site
    movz x5, #alias / 65536, lsl #16
    ${address}
    movz w3, #0xd503, lsl #16
    movk w3, #0x201f
store:
    ${store}
    ldr w6, [x4]
    adr x4, site
    ldr w7, [x4]
done: nop
site: mov w0, #1
    nop
    nop
`;
const sites = { site: {} };
const nop = 0xd503201f;

describe('text', () => {
  it('is written through its alias and read, as data, through both mappings', () => {
    const driven = new Driven(small(source('add x4, x4, x5'), { sites })).to(0, 'done');
    expect([driven.x(0, 6), driven.x(0, 7)]).toEqual([nop, nop]);
    const view = driven.simulation.view();
    const site = driven.machine.address('site');
    expect([view.newest(site) >>> 0, view.modifications(site)]).toEqual([nop, 1]);
  });

  it.each([
    ['where it executes', 'nop', 'str w3, [x4]', /permission fault on a store/],
    [
      'where no site is',
      'add x4, x4, x5\n add x4, x4, #4',
      'str w3, [x4, #-8]',
      /permission fault on a store/,
    ],
    ['where nothing is mapped', 'add x4, x4, x5, lsl #4', 'str w3, [x4]', /translation fault on a store/],
    ['misaligned', 'add x4, x4, x5\n add x4, x4, #2', 'str w3, [x4]', /permission fault on a store/],
  ])('is not written %s', (_, address, store, detail) => {
    const driven = new Driven(small(source(address, store), { sites })).to(0, 'store');
    expect(driven.execute(0)).toMatchObject({
      kind: 'fault',
      detail: expect.stringMatching(detail) as string,
    });
  });

  it('is not executed through its alias, nor is data', () => {
    for (const target of [
      'adr x4, start\n movz x5, #alias / 65536, lsl #16\n add x4, x4, x5',
      'adrp x4, word',
    ]) {
      const driven = new Driven(
        small(`start:\n ${target}\n go: ret x4\n done: nop\n .data\n word: .quad 0`),
      ).to(0, 'go');
      expect(driven.execute(0)).toBeUndefined();
      expect(driven.execute(0)).toMatchObject({
        kind: 'fault',
        detail: expect.stringMatching(
          /instruction abort at 0x.*: .* is not executable through this mapping/,
        ) as string,
      });
    }
  });

  it('faults where nothing is mapped and where the address is odd', () => {
    for (const [set, why] of [
      ['mov x4, #0x1000', 'nothing is mapped there'],
      ['adr x4, done\n add x4, x4, #2', 'the program counter is not a multiple of 4'],
    ] as const) {
      const driven = new Driven(small(`start:\n ${set}\n go: ret x4\n done: nop`)).to(0, 'go');
      driven.execute(0);
      expect(driven.execute(0)).toMatchObject({
        kind: 'fault',
        detail: expect.stringContaining(why) as string,
      });
    }
  });
});
