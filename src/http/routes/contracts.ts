import { ContractInput, ContractView } from '../../contract/contract.js';
import { Closed, Key, Shared } from '../../contract/scalars.js';
import { getContract, putContract } from '../../usecase/network/put-contract.js';
import { CAPACITY, DESK } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { contractView } from '../present/directory.js';

/** Family-doctor contracts, for the institution of the team. */

const ContractId = Closed({ id: Key('Chosen by the institution, one by one in each prefecture') });

export function contractRoutes(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/contracts/:id', id: 'putContract', tag: 'Directory', access: CAPACITY,
    summary: 'Write a family-doctor contract (家庭医生签约), as often as it changes',
    description: 'Of contracts of one person that hold on one day the one that began last counts.',
    params: ContractId, body: Shared(ContractInput), answer: Shared(ContractView), problems: ['not_found', 'wrong_party', 'invalid_content'],
    run: (unit, { params, body }) => putContract(unit, { id: params.id, body }),
    created: (result) => result.created,
    show: ({ contract }, reads) => contractView(contract, reads),
  });
  question(http, {
    method: 'GET', path: '/v1/contracts/:id', id: 'getContract', tag: 'Directory', access: DESK,
    summary: 'One family-doctor contract of the institution',
    params: ContractId, answer: Shared(ContractView),
    ask: (reads, actor, { params }) => getContract(reads, actor, params),
    show: contractView,
  });
}
