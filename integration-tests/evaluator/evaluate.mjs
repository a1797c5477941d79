// Evaluates requests against policies: each line on stdin is a JSON list of requests, each line on
// stdout the JSON list of their verdicts, in the same order. `requests.rs` defines a request. The
// program answers until its input ends, because loading its data about AWS takes the longest.

import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

async function evaluate({ principal, action, resource, account, context, identity, boundary, resourcePolicy }) {
  const simulation = {
    request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
    identityPolicies: identity.map((policy, index) => ({ name: `identity ${index + 1}`, policy })),
    permissionBoundaryPolicies: boundary ? [{ name: 'boundary', policy: boundary }] : undefined,
    resourcePolicy: resourcePolicy ?? undefined,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }
  const answer = await runSimulation(simulation, {})
  if (answer.resultType === 'error') {
    return { error: JSON.stringify(answer.errors) }
  }
  if (answer.resultType !== 'single') {
    return { error: 'the resource of a request must not be a pattern' }
  }
  return { result: answer.overallResult, ignored: answer.result.ignoredContextKeys ?? [] }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await Promise.all(JSON.parse(line).map(evaluate))))
}
