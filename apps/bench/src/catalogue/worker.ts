import { check, disagreements, scenarioOf } from '@quiesce/scenarios';
import type { Done, Job } from './job.ts';

// One process of the crew: makes the checks that it is sent, one at a time, until it is disconnected.
process.on('message', (job: Job) => {
  void perform(job).then((done) => process.send?.(done));
});

async function perform(job: Job): Promise<Done> {
  const scenario = scenarioOf(job.scenario);
  if (scenario === undefined) throw new Error(`the catalogue has no scenario '${job.scenario}'`);
  const before = process.cpuUsage();
  const result = await check(scenario, job.cpus);
  const { user, system } = process.cpuUsage(before);
  return {
    ...job,
    chapter: scenario.chapter,
    states: result.states,
    seconds: (user + system) / 1e6,
    disagreements: disagreements(scenario, result),
    peak: process.resourceUsage().maxRSS * 1024,
  };
}
