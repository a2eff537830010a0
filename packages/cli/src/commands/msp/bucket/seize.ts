export { seizeCommand as default } from '../../../restaking/collecting.ts'
