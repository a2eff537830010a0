export { realiseExitCommand as default } from '../../../restaking/collecting.ts'
