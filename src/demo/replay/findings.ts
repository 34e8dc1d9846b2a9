import { CONSORTIUM_TYPES, type ConsortiumType } from '../../contract/vocabulary.js';
import type { ConsortiumFigures } from '../../usecase/report/report-consortia.js';
import type { TransferFigures } from '../../usecase/report/report-transfers.js';
import type { PlaceAudit } from './audit.js';
import type { DeductibleAudit, Saving } from './deductibles.js';
import { CONSORTIA_BY_TYPE, FROM, TO, type Stream } from './figures.js';
import { grouped } from './progress.js';

/** What the replay has to show in the end: the letter's figures out of the ledger, and the checks. */
export interface Findings {
  readonly transfers: TransferFigures;
  readonly consortia: ConsortiumFigures;
  readonly places: PlaceAudit;
  readonly deductibles: DeductibleAudit;
  readonly chain: { readonly intact: boolean; readonly checked: number; readonly faults: readonly { readonly seq: number; readonly fault: string }[] };
}

interface Row {
  readonly label: string;
  readonly letter: number;
  readonly found: number;
}

const STREAM_NAMES: Record<string, string> = {
  'up outpatient': '门诊上转  outpatients up',
  'down outpatient': '门诊下转  outpatients down',
  'up inpatient': '住院上转  inpatients up',
  'down inpatient': '住院下转  inpatients down',
};
const TYPE_NAMES: Record<ConsortiumType, string> = {
  'medical-group': '医疗集团      medical groups',
  'medical-community': '医疗共同体    medical communities',
  'specialty-alliance': '专科联盟      specialty alliances',
  'telemedicine-network': '远程医疗协作网 telemedicine networks',
  other: '其他          others',
};

function transferRows({ transfers }: Findings, streams: readonly Stream[]): Row[] {
  const count = (s: { direction: string; category: string }): number =>
    transfers.rows.filter((row) => row.direction === s.direction && row.category === s.category).reduce((sum, row) => sum + row.count, 0);
  const rows = streams.map((s) => ({ label: STREAM_NAMES[`${s.direction} ${s.category}`] ?? `${s.direction} ${s.category}`, letter: s.count, found: count(s) }));
  return [...rows, { label: '合计      all', letter: streams.reduce((sum, s) => sum + s.count, 0), found: transfers.total }];
}

function consortiumRows({ consortia }: Findings): Row[] {
  const rows = CONSORTIUM_TYPES.map((type) => ({
    label: TYPE_NAMES[type],
    letter: CONSORTIA_BY_TYPE[type],
    found: consortia.rows.filter((row) => row.type === type).reduce((sum, row) => sum + row.count, 0),
  }));
  return [...rows, { label: '合计          all', letter: rows.reduce((sum, row) => sum + row.letter, 0), found: consortia.total }];
}

/** Everything that is not as it has to be, a sentence each; empty: the replay has passed. */
export function differences(findings: Findings, streams: readonly Stream[]): string[] {
  const { places, deductibles, chain } = findings;
  return [
    ...[...transferRows(findings, streams), ...consortiumRows(findings)].filter((row) => row.letter !== row.found).map((row) => `${row.label}: ${row.found} instead of ${row.letter}`),
    ...places.faults,
    ...deductibles.faults,
    ...(chain.intact ? [] : chain.faults.map(({ seq, fault }) => `event ${seq} is ${fault}`)),
    ...(chain.intact || chain.faults.length > 0 ? [] : ['the event chain is not whole']),
  ];
}

/** Set to the right; a Chinese character takes two columns. */
function right(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - text.length - [...text.matchAll(/[\u4e00-\u9fff]/gu)].length)) + text;
}

/** Fen as yuan, 1 234 567.80. */
function yuan(fen: number): string {
  const cents = Math.abs(fen) % 100;
  return `${fen < 0 ? '-' : ''}${grouped((Math.abs(fen) - cents) / 100)}.${String(cents).padStart(2, '0')}`;
}

/** What the continuous rule was worth to the patients (Guangzhou 2018, lines 39 and 67), in yuan. */
function savingTable(savings: readonly Saving[]): string[] {
  const columns = (cells: readonly string[]): string => `  ${right(cells[0] ?? '', 13)}${cells.slice(1).map((cell) => `  ${right(cell, 17)}`).join('')}`;
  const total = (of: (saving: Saving) => number): number => savings.reduce((sum, saving) => sum + of(saving), 0);
  const saved = total((s) => s.everyStayPersonalFen - s.personalFen);
  const lower = total((s) => s.everyStayDeductibleFen - s.deductibleFen);
  return [
    '连续计算起付线 continuous deductible, yuan; 费用和待遇数额均为示例 costs and amounts are examples',
    columns(['转诊 transfers', '逐次 every stay', '连续 continuous', '少付 less']),
    ...savings.map((s) => `${columns([grouped(s.transfers), yuan(s.everyStayDeductibleFen), yuan(s.deductibleFen), yuan(s.everyStayDeductibleFen - s.deductibleFen)])}  ${STREAM_NAMES[`${s.direction} inpatient`] ?? s.direction}`),
    `  与每次住院都付起付线相比，起付线共少 ${yuan(lower)} 元，患者实际少付 ${yuan(saved)} 元。`,
    `  Against every stay paying its own, deductibles are ${yuan(lower)} yuan lower and patients pay ${yuan(saved)} yuan less.`,
    '',
  ];
}

export function tables(findings: Findings, streams: readonly Stream[], scale: number): string {
  const asked = scale === 1 ? '广州答复 letter' : `广州答复×${scale}`;
  const table = (title: string, rows: readonly Row[]): string[] => [
    title,
    `  ${right('本库 ledger', 13)}  ${right(asked, 13)}`,
    ...rows.map((row) => `  ${grouped(row.found).padStart(13)}  ${grouped(row.letter).padStart(13)}  ${row.found === row.letter ? '✓' : '✗'}  ${row.label}`),
    '',
  ];
  const { places, deductibles, chain } = findings;
  const mark = (good: boolean): string => (good ? '✓' : '✗');
  return [
    ...table(`双向转诊 referrals executed, ${FROM} – ${TO}`, transferRows(findings, streams)),
    ...table(`医联体 consortia on ${findings.consortia.on}`, consortiumRows(findings)),
    ...savingTable(deductibles.savings),
    '核对 checks',
    `  ${mark(places.faults.length === 0)}  无超额占用、无重复占用 nothing overbooked, nothing held twice: ${grouped(places.sessions)} sessions recounted`,
    `  ${mark(places.fulfilled === places.planned)}  占位全部履约 every place used: ${grouped(places.fulfilled)} of ${grouped(places.planned)}`,
    `  ${mark(deductibles.faults.length === 0)}  起付线台账与从头计算一致 deductible ledger as reckoned from scratch: ${grouped(deductibles.entries)} entries of ${grouped(deductibles.stays)} stays`,
    `  ${mark(chain.intact)}  事件链完整 event chain whole: ${grouped(chain.checked)} events`,
  ].join('\n');
}
