export { realiseCommand as default } from '../../../restaking/collecting.ts'
