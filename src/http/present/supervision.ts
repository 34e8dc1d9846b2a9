import type { Static } from 'typebox';
import { formatInstant } from '../../kernel/calendar.js';
import type * as wire from '../../contract/event.js';
import type { Filing } from '../../contract/filing.js';
import type { ConsortiumReport, TransferReport } from '../../contract/report.js';
import type { Recommendation } from '../../contract/routing.js';
import type { Advice, Reason } from '../../domain/advice.js';
import type { LoggedEvent, SignedHead } from '../../domain/event.js';
import type { RecordedTransfer } from '../../domain/transfer.js';
import type { ChainVerdict } from '../../usecase/event/verify-chain.js';
import type { OpenFiling } from '../../usecase/insurance/list-filings.js';
import type { ConsortiumFigures } from '../../usecase/report/report-consortia.js';
import type { TransferFigures } from '../../usecase/report/report-transfers.js';
import { say, type Language } from '../language.js';
import type { Wire } from '../declaration.js';

export function eventView(event: LoggedEvent): Wire<Static<typeof wire.EventView>> {
  return { ...event, at: formatInstant(event.at) };
}

export function headView(head: SignedHead | null): Wire<Static<typeof wire.SignedHead>> | null {
  return head && { ...head, at: formatInstant(head.at) };
}

export function chainView(verdict: ChainVerdict): Wire<Static<typeof wire.ChainReport>> {
  return { ...verdict, head: headView(verdict.head) };
}

export function transferView(transfer: RecordedTransfer): Wire<Static<typeof wire.Transfer>> {
  return {
    ...transfer,
    submittedAt: formatInstant(transfer.submittedAt),
    executedAt: formatInstant(transfer.executedAt),
    recordedAt: formatInstant(transfer.recordedAt),
  };
}

export function filingView({ id, seq, kind, withdraws, because, recordedAt, record, ...line }: OpenFiling): Wire<Static<typeof Filing>> {
  const { referralId, referralNo, patientId, sourceInstitutionId, targetInstitutionId } = line;
  return { id, seq, kind, withdraws, referralId, referralNo, patientId, sourceInstitutionId, targetInstitutionId, because, recordedAt: formatInstant(recordedAt), ...record };
}

export function transferReport(figures: TransferFigures): Wire<Static<typeof TransferReport>> {
  return { ...figures, asOf: formatInstant(figures.asOf) };
}

export function consortiumReport(figures: ConsortiumFigures): Wire<Static<typeof ConsortiumReport>> {
  return { ...figures, asOf: formatInstant(figures.asOf) };
}

export function adviceView(advice: Advice, language: Language): Wire<Static<typeof Recommendation>> {
  const spoken = ({ code, text }: Reason) => ({ code, text: say(text, language) });
  return {
    asOf: formatInstant(advice.asOf),
    candidates: advice.candidates.map((candidate) => ({
      ...candidate,
      reasons: candidate.reasons.map(spoken),
      earliest: candidate.earliest && { poolId: candidate.earliest.poolId, startsAt: formatInstant(candidate.earliest.startsAt) },
    })),
    excluded: advice.excluded.map((exclusion) => ({ ...exclusion, reason: spoken(exclusion.reason) })),
  };
}
