import { parseR1cs } from '@iotex2/groth16/r1cs'
import { Type } from 'typebox'
import { compileCircuit, OPTIMIZATIONS } from '../../circom.ts'
import { choice, defineCommand, directory, file, list } from '../../command.ts'
import { readBytes } from '../../files.ts'

export default defineCommand({
  summary: 'Compile a circom circuit to constraints (.r1cs) and a witness program (.wasm)',
  operands: ['circuit'],
  options: Type.Object({
    circuit: file('The .circom file that has `component main`.'),
    out: directory('Where NAME.r1cs and NAME.wasm are written.', { default: '.' }),
    include: list('DIR', 'Where included files are looked for, beside the circuit itself.'),
    optimize: choice(OPTIMIZATIONS, 'How far constraints are simplified; O2 leaves no linear one.', { default: 'O2' }),
  }),
  async run(options, context) {
    context.progress.report('compiling')
    const made = await compileCircuit(
      {
        source: context.resolve(options.circuit),
        directory: context.resolve(options.out),
        includes: options.include.map((path) => context.resolve(path)),
        optimization: options.optimize,
      },
      (text) => context.progress.say(text),
    )
    const { constraintCount, wires, publicSignals } = parseR1cs(await readBytes(made.r1cs))
    return {
      lines: [
        `${made.r1cs}: ${constraintCount} constraints, ${wires} wires, ${publicSignals} public signals`,
        `${made.wasm}: computes the witness`,
      ],
      json: { ...made, constraints: constraintCount, wires, publicSignals },
    }
  },
})
