import { generateProject, TARGET_NAMES } from '@iotex2/ioconnect/generator'
import { writeProject } from '@iotex2/ioconnect/generator/write'
import { parseProfileFile } from '@iotex2/ioconnect/profile-file'
import { profileManifest } from '@iotex2/protocol/manifest'
import { Type } from 'typebox'
import { choice, defineCommand, directory, file } from '../../command.ts'
import { readText, withFile } from '../../files.ts'

export default defineCommand({
  summary: "Make a firmware's project from a device profile",
  details: [
    'Files that are there and the same are left alone, so that builds go on; sensors.c, which is yours, is never written over.',
    'What is wrong with a profile is told by line and column.',
  ],
  operands: ['profile'],
  options: Type.Object({
    profile: file('The profile, in YAML or JSON, with a member device.'),
    target: choice(TARGET_NAMES, 'What the firmware runs on.'),
    out: directory("The project's directory. Made if it is not there."),
  }),
  async run(options, context) {
    const profile = parseProfileFile(await readText(context.resolve(options.profile)), options.profile)
    const files = generateProject(profile, options.target)
    const out = context.resolve(options.out)
    const written = await withFile(out, () => writeProject(out, files))
    const { hash } = profileManifest(profile)
    return {
      lines: [
        `${out}: ${written.length} of ${Object.keys(files).length} files written; README.md says how to go on`,
        `requests have projectVersion ${hash}`,
      ],
      json: { directory: out, target: options.target, manifest: hash, files: Object.keys(files), written },
    }
  },
})
