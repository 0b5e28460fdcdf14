import { policyNames } from '../../../runtime/core/policies/index.ts';
import { policyOf } from '../fixtures.ts';
import { policyContract } from './contract.ts';

for (const name of policyNames.flatMap((each) => (each === 'static:N' ? ['static:1', 'static:3'] : [each]))) {
  policyContract(policyOf(name));
}
