import { type Chapter, type Scenario, series } from '@quiesce/scenarios';
import { type Interruption, checkRow, interruptible, wholePlan } from './checking.ts';
import { type Look, type TraceForm, traceText } from './check-text.ts';
import { type Colours, widthFor } from './colour.ts';
import { type ScenarioComparison, compareScenario, sizesOf } from './comparison.ts';
import { legend } from '@quiesce/trace';
import type { Host } from './host.ts';
import { printJson } from './json.ts';
import { matrixHeading, matrixPlace, matrixRow } from './maintenance-matrix.ts';
import { imageFor, scenarioSubject } from './subject.ts';
import { ProgressLine } from './progress.ts';
import { differencesText, summaryText, tableHeading, tableRow } from './story-text.ts';

/** What is compared, and how it is shown. */
export interface StoryOptions {
  /** Default: the series, by chapters. */
  readonly scenarios: readonly Scenario[] | undefined;
  /** Numbers of CPUs; default: those that verdicts are pinned for. */
  readonly sizes: readonly number[] | undefined;
  readonly json: boolean;
  readonly trace: TraceForm;
  readonly colours: Colours;
}

const titles: Readonly<Record<Chapter, string>> = {
  patch_text: 'aarch64_insn_patch_text(): kprobes',
  alternatives: 'alternatives, applied under stop_machine()',
  patch_machine: 'patch_machine(): patch 3 of the series',
  maintenance: 'cache maintenance: every repaired protocol with one step left out',
  exceptions: 'exceptions that a CPU can take while text is patched',
  sdei: 'SDEI events, which PSTATE.DAIF does not mask',
  window: 'what must not happen inside the window',
  synchronisation: 'what other CPUs must do before they see new text',
  'call sites': 'jump labels, ftrace and their trampolines',
  traps: 'breakpoints and what their handlers need',
  rendezvous: 'how CPUs are counted, stopped and released',
  'several words': 'sites and literals of several words',
  'self-patching': 'patchers that run what they patch',
  'debugger and hotplug': 'CPUs that are missing or come late',
  'maintenance by hand': 'cache maintenance as others write it',
  'user space': 'JIT compilers, hooks and debuggers',
  'weak data': 'what only weakly ordered data shows (tier 2)',
};

/** Compares scenarios with their pinned verdicts and tells the story. Returns the exit status. */
export async function story(host: Host, options: StoryOptions): Promise<number> {
  const scenarios = options.scenarios ?? series;
  for (const scenario of scenarios) for (const n of sizesOf(scenario, options.sizes)) imageFor(scenario, n);
  const started = host.now();
  const look: Look = { colours: options.colours, width: widthFor(host) };
  return interruptible(host, async (interruption) => {
    const teller = new Teller(host, options, look, scenarios, interruption);
    const comparisons = await teller.tell();
    if (options.json) {
      printJson(
        host,
        comparisons.flatMap(({ scenario, checks }) =>
          checks.map((compared) => checkRow(scenarioSubject(scenario), compared.result, wholePlan, compared)),
        ),
      );
    } else {
      teller.counterexamples(comparisons);
      const wanted = scenarios.flatMap((scenario) => sizesOf(scenario, options.sizes)).length;
      host.out(summaryText(comparisons, wanted, host.now() - started, look));
    }
    if (interruption.aborted) return 3;
    return differencesText(comparisons).length === 0 ? 0 : 1;
  });
}

/** Makes the checks in order and prints each row as soon as it is known. */
class Teller {
  readonly #host: Host;
  readonly #options: StoryOptions;
  readonly #look: Look;
  readonly #scenarios: readonly Scenario[];
  readonly #interruption: Interruption;
  readonly #progress: ProgressLine;
  #made = 0;

  constructor(
    host: Host,
    options: StoryOptions,
    look: Look,
    scenarios: readonly Scenario[],
    interruption: Interruption,
  ) {
    this.#host = host;
    this.#options = options;
    this.#look = look;
    this.#scenarios = scenarios;
    this.#interruption = interruption;
    this.#progress = new ProgressLine(host);
  }

  #print(line: string): void {
    if (!this.#options.json) this.#host.out(`${line}\n`);
  }

  async tell(): Promise<ScenarioComparison[]> {
    const comparisons: ScenarioComparison[] = [];
    const chapters = [...new Set(this.#scenarios.map(({ chapter }) => chapter))];
    for (const chapter of chapters) {
      const members = this.#scenarios.filter((scenario) => scenario.chapter === chapter);
      this.#print(this.#look.colours.heading(titles[chapter]));
      const plain = members.filter((scenario) => matrixPlace(scenario) === undefined);
      if (plain.length > 0) comparisons.push(...(await this.#table(plain)));
      const rest = members.filter((scenario) => matrixPlace(scenario) !== undefined);
      if (rest.length > 0) comparisons.push(...(await this.#matrix(rest)));
      this.#print('');
    }
    return comparisons;
  }

  async #table(scenarios: readonly Scenario[]): Promise<ScenarioComparison[]> {
    const sizes = this.#options.sizes ?? [...new Set(scenarios.flatMap((s) => sizesOf(s, undefined)))];
    this.#print(this.#look.colours.quiet(tableHeading(sizes)));
    const comparisons: ScenarioComparison[] = [];
    for (const scenario of scenarios) {
      const comparison = await this.#compare(scenario);
      comparisons.push(comparison);
      if (comparison.checks.length > 0) this.#print(tableRow(comparison, sizes, this.#look));
    }
    return comparisons;
  }

  async #matrix(scenarios: readonly Scenario[]): Promise<ScenarioComparison[]> {
    const comparisons: ScenarioComparison[] = [];
    const hardware = new Map<string, ScenarioComparison[]>();
    for (const scenario of scenarios) {
      const row = matrixPlace(scenario)?.row ?? '';
      hardware.set(row, []);
    }
    // By hardware, then by protocol, as one would compare machines.
    const rows = [...hardware.keys()].sort((a, b) => suffixOf(a).localeCompare(suffixOf(b)));
    let current: string | undefined;
    for (const key of rows) {
      const suffix = suffixOf(key);
      if (suffix !== current) {
        current = suffix;
        this.#print(this.#look.colours.quiet(`  ${hardwareTitle(suffix)}\n${matrixHeading()}`));
      }
      const row: ScenarioComparison[] = [];
      for (const scenario of scenarios.filter((one) => matrixPlace(one)?.row === key)) {
        row.push(await this.#compare(scenario));
      }
      comparisons.push(...row);
      if (row.some(({ checks }) => checks.length > 0)) this.#print(matrixRow(row, this.#look));
    }
    return comparisons;
  }

  #compare(scenario: Scenario): Promise<ScenarioComparison> {
    this.#made += 1;
    const sizes = sizesOf(scenario, this.#options.sizes);
    const label = (cpus: number): string =>
      `${this.#made}/${this.#scenarios.length} ${scenario.id}, ${cpus} CPUs`;
    return compareScenario(scenario, sizes, this.#progress, this.#interruption, label);
  }

  /** The shortest counterexample of every broken variant, at its smallest size; of the matrix one of each kind. */
  counterexamples(comparisons: readonly ScenarioComparison[]): void {
    const form = this.#options.trace;
    if (form === 'none') return;
    const kinds = new Set<string>();
    if (form === 'brief')
      this.#print(
        this.#look.colours.quiet(`Counterexamples, the shortest of each broken variant.\n${legend}\n`),
      );
    for (const { scenario, checks } of comparisons) {
      const broken = checks.find(({ result }) => result.violations.length > 0);
      if (broken === undefined) continue;
      const [violation] = broken.result.violations;
      if (matrixPlace(scenario) !== undefined) {
        if (kinds.has(violation.kind)) continue;
        kinds.add(violation.kind);
      }
      this.#print(traceText(scenarioSubject(scenario), broken.result, violation, form, this.#look));
      this.#print(this.#look.colours.quiet(`Whole trace: quiesce replay ${violation.replay}\n`));
    }
    if (kinds.size > 0) {
      this.#print(
        "Of the protocols with one step of maintenance left out, one counterexample of each kind is shown;\n'quiesce check ID' prints the others, for example: quiesce check 'patch-text-mainline-no-*'\n",
      );
    }
  }
}

function suffixOf(row: string): string {
  return /(?:-idc1)?(?:-dic1)?$/.exec(row)?.[0] ?? '';
}

function hardwareTitle(suffix: string): string {
  return `CTR_EL0: IDC=${suffix.includes('idc1') ? 1 : 0} DIC=${suffix.includes('dic1') ? 1 : 0}`;
}
