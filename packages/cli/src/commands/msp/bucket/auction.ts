import { stepCommand } from '../../../restaking/collecting.ts'

export default stepCommand('auction')
