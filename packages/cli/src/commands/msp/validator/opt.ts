import { optCommand } from '../../../restaking/agreeing.ts'

export default optCommand(true)
