import type { Image } from '@quiesce/scenarios';
import type { TraceSource } from '@quiesce/trace';

/**
 * A program as a trace shows it. Site labels count for the words of their site alone, and only where the scenario
 * patches that site: `site_wait_loop` in front of code that nobody patches would mislead.
 */
export function subjectOf(image: Image): TraceSource {
  const { assembly, program } = image;
  const sites = new Map(program.sites.map(({ label, words }) => [label, 4 * words]));
  const labels = assembly.labels.filter(({ name }) => !name.startsWith('site_') || sites.has(name));
  const ranges = program.quiescent.map(
    ({ start, end }) => [image.address(start), image.address(end)] as const,
  );
  return {
    spec: image.spec,
    quiescent: (pc) => ranges.some(([start, end]) => pc >= start && pc < end),
    symbolise: (address) => {
      const section = assembly.sectionAt(address);
      const found = labels.findLast(
        (label) =>
          label.address <= address &&
          label.address >= (section?.base ?? Infinity) &&
          address < label.address + (sites.get(label.name) ?? Infinity),
      );
      if (found === undefined) return assembly.symbolise(address);
      const offset = address - found.address;
      return offset === 0 ? found.name : `${found.name}+0x${offset.toString(16)}`;
    },
  };
}
