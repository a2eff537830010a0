import { acceptCommand } from '../../../restaking/agreeing.ts'

export default acceptCommand(false)
