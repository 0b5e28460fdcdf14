import { policyNames } from '../../../runtime/core/policies/index.ts';
import { punctualWith } from '../../../runtime/core/policies/punctual.ts';
import { allMechanisms } from '../../../runtime/core/policies/punctual-options.ts';
import { policyOf } from '../fixtures.ts';
import { policyContract } from './contract.ts';

for (const name of policyNames.flatMap((each) => (each === 'static:N' ? ['static:1', 'static:3'] : [each]))) {
  policyContract(policyOf(name));
}

for (const mechanism of Object.keys(allMechanisms)) {
  policyContract(punctualWith({ [mechanism]: false }), { name: `punctual without ${mechanism}`, runs: 8 });
}
