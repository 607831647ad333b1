// Has kms and cloud judge the evidence of a signer that runs: `node introduce.ts URL DEPLOYMENT.json`. Ends with 0 once both have taken it.
import { readFileSync } from 'node:fs';
import { EnclaveError } from '../src/error.ts';
import { introduce } from '../src/introduce.ts';
import { readDeployment } from '../src/services.ts';

const [url, deploymentFile] = process.argv.slice(2);
if (url === undefined || deploymentFile === undefined) {
  process.stderr.write('usage: introduce.ts URL DEPLOYMENT.json\n');
  process.exit(2);
}
try {
  await introduce(url, readDeployment(readFileSync(deploymentFile)));
  process.stdout.write('kms and cloud take this image.\n');
} catch (error) {
  if (!(error instanceof EnclaveError)) throw error;
  process.stderr.write(`error: ${error.message} (${error.code})\n  next: ${error.hint}\n`);
  process.exitCode = 1;
}
