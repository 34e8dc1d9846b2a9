import { Type, type Static } from 'typebox';
import { BudgetRule, Provenance } from './insurance.js';
import { by, type Stated } from './operator.js';
import { Closed, Count, DateText, District, InstantText, Nullable, OneOf, Shared } from './scalars.js';
import { BUDGET_COVERS, BUDGET_GAPS, CHARGE_PLACES, INSURANCE_SCHEMES, OUTPATIENT_FEEDS, PROJECTIONS, VISIT_TYPES } from './vocabulary.js';

/** 总额预付: an account for each consortium, scheme and year, and how it stands. */

/** 100 000 000 000 yuan: what a prefecture's fund takes in a year is below it, and its share in basis points still exact. */
export const MAX_BUDGET_FEN = 10_000_000_000_000;
const Sum = (description: string) => Type.Integer({ minimum: 0, maximum: MAX_BUDGET_FEN, description });
const Balance = (description: string) => Type.Integer({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER, description });
const Charged = (description: string) => Count(Number.MAX_SAFE_INTEGER, { description });

const Statement = Closed({ fundFen: Sum('What the fund paid'), asOf: DateText('The statement is of this local date') });

const Outpatient = Closed(
  {
    fed: OneOf(OUTPATIENT_FEEDS, { description: 'visits: every settled outpatient visit is sent as a stay · statement: their sum is stated here, and visits that are sent are not charged beside it' }),
    fundFen: Type.Optional(Sum('For statement')),
    asOf: Type.Optional(DateText('For statement')),
  },
  { description: 'How outpatient charges come here; absent: they do not, and the account is incomplete' },
);
const Elsewhere = Closed(Statement.properties, { description: 'Settlements of covered people outside the platform, as the insurer states them' });

const account = {
  scheme: OneOf(INSURANCE_SCHEMES),
  covers: Closed({
    by: OneOf(BUDGET_COVERS, { description: 'contracts: who has a family-doctor contract with a member on the day of the admission · districts: who states to be insured in one of them' }),
    districts: Type.Optional(Type.Array(District, { minItems: 1, maxItems: 100, description: 'For districts; one that ends in 00 is the whole prefecture' })),
  }),
  prepaidFen: Sum('总额预付'),
  outpatient: Type.Optional(Outpatient),
  elsewhere: Type.Optional(Elsewhere),
  rule: Type.Optional(Nullable(BudgetRule)),
  provenance: Shared(Provenance),
};

export const BudgetInput = Closed(
  {
    area: Type.Optional(District),
    accounts: Type.Array(Closed(account), { minItems: 1, maxItems: INSURANCE_SCHEMES.length }),
    ...by,
  },
  { $id: 'BudgetInput' },
);

const Charge = Closed({
  where: OneOf(CHARGE_PLACES, { description: 'inside: at a member of the consortium on the day of the admission · outside: at another institution · elsewhere: outside the platform · anywhere: as stated, without saying where' }),
  visitType: OneOf(VISIT_TYPES),
  settlements: Nullable(Count(Number.MAX_SAFE_INTEGER, { description: 'null: a statement does not say how many' })),
  fundFen: Charged('What the fund paid for them'),
});

const Sharing = Closed({
  surplusFen: Charged('结余'),
  keptFen: Charged('结余留用: what the consortium keeps of it'),
  returnedFen: Charged('What goes back to the fund'),
  overrunFen: Charged('超支'),
  fundBearsFen: Charged('合理超支分担: what the fund bears of it'),
  consortiumBearsFen: Charged('What the consortium bears of it'),
  beyondCapFen: Charged('The part of the overrun above the cap, of which nothing is shared'),
});

export const AccountView = Closed(
  {
    ...account,
    outpatient: Nullable(Outpatient),
    elsewhere: Nullable(Elsewhere),
    rule: Nullable(Closed({ ...BudgetRule.properties, policyId: Nullable(Type.String({ description: 'null: the rule of this account' })), policyVersion: Nullable(Count(1_000_000)), provenance: Shared(Provenance) })),
    from: DateText('First local date of admission of the year'),
    to: DateText('Last one'),
    charges: Type.Array(Charge),
    spentFen: Charged('The sum of the charges'),
    complete: Type.Boolean({ description: 'False until outpatient charges are fed' }),
    missing: Type.Array(OneOf(BUDGET_GAPS)),
    balanceFen: Balance('Prepaid less spent; below 0: overrun'),
    projection: Nullable(
      Closed({
        method: OneOf(PROJECTIONS, { description: 'linear: each charge × days of the year ÷ days up to its date, by the day of admission; settlements still to come are not guessed · year-over: the year has ended, spent stands for itself' }),
        days: Count(366, { description: 'Of the year, up to today' }),
        ofDays: Count(366),
        spentFen: Charged('At the end of the year'),
        balanceFen: Balance('Prepaid less that'),
        sharing: Nullable(Sharing),
        provenance: Shared(Provenance),
      }, { description: 'null: the year has not begun' }),
    ),
  },
  { $id: 'BudgetAccount' },
);

export const Budget = Closed(
  {
    consortiumId: Type.String(),
    year: Type.Integer(),
    area: District,
    accounts: Type.Array(Shared(AccountView)),
    asOf: InstantText(),
    version: Count(1_000_000),
    updatedAt: InstantText(),
  },
  { $id: 'Budget' },
);

/** What was written, before anything is reckoned. */
export const BudgetWritten = Closed(
  {
    consortiumId: Type.String(),
    year: Type.Integer(),
    area: District,
    accounts: Type.Array(Closed({ ...account, outpatient: Nullable(Outpatient), elsewhere: Nullable(Elsewhere), rule: Nullable(BudgetRule) })),
    version: Count(1_000_000),
    updatedAt: InstantText(),
  },
  { $id: 'BudgetWritten' },
);

export type BudgetInput = Stated<typeof BudgetInput>;
export type AccountInput = BudgetInput['accounts'][number];
export type Statement = Static<typeof Statement>;
