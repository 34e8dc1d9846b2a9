import { formatInstant } from '../../kernel/calendar.js';
import { given } from './answers.js';
import { followUpAndClose, sendBack, takeBack } from './down.js';
import type { Desk } from './desk.js';
import { admit, explain, quoteAtHome, settleHome, settleHospital, stayAtHome, writePolicy } from './insurance.js';
import { showLedger } from './ledger.js';
import type { Desks } from './load.js';
import type { Narrator } from './narrator.js';
import { momentOf, type Stage } from './stage.js';
import { arriveAndReceive, askAndHold, comeTooLate, confirmHold, dischargeAndReport, secondVisit } from './up.js';

/** The whole story, on the clock that the administrator moves; answers whom it was about. Throws StoryFault where a step gives something else than it should. */
export async function tellStory(desks: Desks, admin: Desk, opens: string, tell: Narrator): Promise<{ patientId: string }> {
  const stage: Stage = {
    desks, tell, opens,
    async goTo(day, hour) {
      const at = Math.round(momentOf(opens, day, hour));
      await given('the clock', admin.moveClock(formatInstant(at)));
      return at;
    },
  };
  await writePolicy(stage, admin);
  const up = await askAndHold(stage);
  const late = await comeTooLate(stage);
  await confirmHold(stage, up);
  await arriveAndReceive(stage, up);
  await secondVisit(stage, late);
  await admit(stage, up.referralId);
  await settleHospital(stage, up.referralId);
  await dischargeAndReport(stage, up);
  const down = await sendBack(stage, up.referralId);
  await takeBack(stage, down, () => quoteAtHome(stage, up.patientId, down.referralId));
  await stayAtHome(stage, down.referralId);
  await settleHome(stage, down.referralId);
  await followUpAndClose(stage, down);
  await explain(stage, up.patientId);
  await showLedger(stage);
  return { patientId: up.patientId };
}
