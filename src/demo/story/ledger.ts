import { addDays } from '../../kernel/calendar.js';
import { expect, given, StoryFault } from './answers.js';
import { institutionName, STORY_DAYS, type Stage } from './stage.js';

/** Chapter four: what insurer and regulator see of all this, and whether the log is whole. */

const NAMES: Record<string, string> = {
  'up outpatient': '门诊上转', 'down outpatient': '门诊下转', 'up inpatient': '住院上转', 'down inpatient': '住院下转',
};
const EXPECTED: Record<string, number> = { 'up outpatient': 1, 'down outpatient': 0, 'up inpatient': 1, 'down inpatient': 1 };

export async function showLedger({ desks, tell, opens, goTo }: Stage): Promise<void> {
  tell.chapter('四、台账与监管', 'Four. The ledger, and supervision');
  const at = await goTo(STORY_DAYS - 1, 9);

  const { data: transfers } = await given('the ledger', desks.insurer.transfers());
  expect(transfers.length === 3, `three transfers were executed, the ledger has ${transfers.length}`);
  tell.step(at, '医保经办', `转诊台账 ${transfers.length} 条，为起付线累计计算提供依据：`, 'The insurer reads the ledger that continuous deductibles are computed from.');
  for (const t of transfers) tell.detail(`${NAMES[`${t.direction} ${t.category}`] ?? t.direction} ${t.referralNo}：${institutionName(t.sourceInstitutionId)} → ${institutionName(t.targetInstitutionId)}`);

  const report = await given('the report', desks.regulator.reportTransfers(opens, addDays(opens, STORY_DAYS)));
  if (typeof report === 'string') throw new StoryFault('the report was asked for as JSON and came as text');
  for (const [key, count] of Object.entries(EXPECTED)) {
    const found = report.rows.find((row) => `${row.direction} ${row.category}` === key)?.count ?? 0;
    expect(found === count, `the report counts ${count} for ${key}, not ${found}`);
  }
  tell.step(at, '卫生行政部门', `双向转诊报表：${report.rows.map((row) => `${NAMES[`${row.direction} ${row.category}`] ?? row.category} ${row.count}`).join('，')}。`, 'The regulator reads the four figures, counted from the ledger.');

  const chain = await given('the check of the log', desks.regulator.verifyEvents());
  expect(chain.intact && chain.faults.length === 0, 'the log of events is whole');
  tell.success(`事件链完整：${chain.checked} 条事件逐条校验无误（all ${chain.checked} events verified, log intact）`);
}
