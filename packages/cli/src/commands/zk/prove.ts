import { availableParallelism } from 'node:os'
import { parseCircuitInput } from '@iotex2/groth16/circuit-input'
import { open } from '@iotex2/groth16/prover'
import { calculateWitness } from '@iotex2/groth16/witness'
import { Type } from 'typebox'
import { count, defineCommand, file } from '../../command.ts'
import { expectAbsent, readBytes, readText, toJson, writeNew } from '../../files.ts'

export default defineCommand({
  summary: 'Prove that inputs satisfy a circuit',
  details: ["The proof and the public signals are in snarkjs's JSON. A proof is verified before it is written."],
  operands: ['input'],
  options: Type.Object({
    input: file('JSON: the inputs by name. Write integers beyond 2^53 as text.'),
    wasm: file('The witness program, as `zk compile` wrote it.'),
    zkey: file('The proving key.'),
    proof: file('The proof to write.'),
    public: file('The public signals to write.'),
    threads: Type.Optional(count('Threads to prove with; one a core by default.', { minimum: 1, maximum: 256 })),
  }),
  async run(options, context) {
    const [proofPath, publicPath] = [context.resolve(options.proof), context.resolve(options.public)]
    await expectAbsent(proofPath, publicPath)
    const input = parseCircuitInput(await readText(context.resolve(options.input)))
    context.progress.report('computing the witness')
    const witness = await calculateWitness(await readBytes(context.resolve(options.wasm)), input)
    context.progress.report('reading the key')
    const prover = await open(await readBytes(context.resolve(options.zkey)), {
      threads: options.threads ?? availableParallelism(),
    })
    try {
      context.progress.report('proving')
      const { proof, publicSignals } = await prover.prove(witness)
      await writeNew(proofPath, toJson(proof))
      await writeNew(publicPath, toJson(publicSignals))
      return {
        lines: [`${proofPath}: proof, verified`, `${publicPath}: ${publicSignals.length} public signals`],
        json: { proof: proofPath, public: publicPath, publicSignals },
      }
    } finally {
      await prover.dispose()
    }
  },
})
