/**
 * Every command. A command's file is read when it is used, or when help lists it.
 * @module
 */
import type { Command, Group } from '../command.ts'

/** A command's type of options is its own affair; here it is one of many. */
const load = (file: () => Promise<{ default: unknown }>) => async () => (await file()).default as Command

export const COMMANDS: Group = {
  summary: 'IoTeX 2.0 on the command line',
  members: {
    zk: {
      summary: 'Compile circuits, make their keys, prove and verify (Groth16 on BN254)',
      members: {
        compile: load(() => import('./zk/compile.ts')),
        setup: load(() => import('./zk/setup.ts')),
        'import-ptau': load(() => import('./zk/import-ptau.ts')),
        contribute: load(() => import('./zk/contribute.ts')),
        beacon: load(() => import('./zk/beacon.ts')),
        'verify-key': load(() => import('./zk/verify-key.ts')),
        prove: load(() => import('./zk/prove.ts')),
        verify: load(() => import('./zk/verify.ts')),
        'export-verifier': load(() => import('./zk/export-verifier.ts')),
      },
    },
    project: {
      summary: 'Register projects and equip them for devices',
      members: {
        register: load(() => import('./project/register.ts')),
        apply: load(() => import('./project/apply.ts')),
        'set-device-nft': load(() => import('./project/set-device-nft.ts')),
        show: load(() => import('./project/show.ts')),
      },
    },
    ioid: {
      summary: 'Give devices keys, DIDs and ioIDs',
      members: {
        keygen: load(() => import('./ioid/keygen.ts')),
        did: load(() => import('./ioid/did.ts')),
        register: load(() => import('./ioid/register.ts')),
        resolve: load(() => import('./ioid/resolve.ts')),
        list: load(() => import('./ioid/list.ts')),
        transfer: load(() => import('./ioid/transfer.ts')),
        remove: load(() => import('./ioid/remove.ts')),
      },
    },
    device: {
      summary: 'Make firmware for devices',
      members: {
        gen: load(() => import('./device/gen.ts')),
        schema: load(() => import('./device/schema.ts')),
        ota: {
          summary: 'Sign firmware that devices install by the air',
          members: {
            sign: load(() => import('./device/ota/sign.ts')),
            verify: load(() => import('./device/ota/verify.ts')),
          },
        },
      },
    },
    gov: {
      summary: 'Lock IOTX for votes (veIOTX), and govern with them',
      members: {
        lock: load(() => import('./gov/lock.ts')),
        extend: load(() => import('./gov/extend.ts')),
        delegate: load(() => import('./gov/delegate.ts')),
        withdraw: load(() => import('./gov/withdraw.ts')),
        propose: load(() => import('./gov/propose.ts')),
        vote: load(() => import('./gov/vote.ts')),
        queue: load(() => import('./gov/queue.ts')),
        execute: load(() => import('./gov/execute.ts')),
        show: load(() => import('./gov/show.ts')),
      },
    },
    msp: {
      summary: 'Stake once for many modules (MSP): restake, validate, slash, leave',
      members: {
        stake: load(() => import('./msp/stake.ts')),
        delegate: load(() => import('./msp/delegate.ts')),
        allocate: load(() => import('./msp/allocate.ts')),
        exit: load(() => import('./msp/exit.ts')),
        claim: load(() => import('./msp/claim.ts')),
        withdraw: load(() => import('./msp/withdraw.ts')),
        show: load(() => import('./msp/show.ts')),
        validator: {
          summary: 'Be a validator: register, set a commission, serve modules',
          members: {
            register: load(() => import('./msp/validator/register.ts')),
            commission: load(() => import('./msp/validator/commission.ts')),
            opt: load(() => import('./msp/validator/opt.ts')),
            leave: load(() => import('./msp/validator/leave.ts')),
            sync: load(() => import('./msp/validator/sync.ts')),
            show: load(() => import('./msp/validator/show.ts')),
          },
        },
        dim: {
          summary: 'Build a module (DIM): propose it, accept validators, let it leave',
          members: {
            propose: load(() => import('./msp/dim/propose.ts')),
            retract: load(() => import('./msp/dim/retract.ts')),
            accept: load(() => import('./msp/dim/accept.ts')),
            expel: load(() => import('./msp/dim/expel.ts')),
            retire: load(() => import('./msp/dim/retire.ts')),
            release: load(() => import('./msp/dim/release.ts')),
            'withdraw-bond': load(() => import('./msp/dim/withdraw-bond.ts')),
            show: load(() => import('./msp/dim/show.ts')),
          },
        },
        slash: {
          summary: 'Slash for offences, veto, execute, and see what was slashed and why',
          members: {
            request: load(() => import('./msp/slash/request.ts')),
            veto: load(() => import('./msp/slash/veto.ts')),
            execute: load(() => import('./msp/slash/execute.ts')),
            collect: load(() => import('./msp/slash/collect.ts')),
            show: load(() => import('./msp/slash/show.ts')),
          },
        },
        bucket: {
          summary: 'Restake IOTX that are staked with the L1 (buckets), pay what slashes took, collect what is overdue',
          members: {
            deposit: load(() => import('./msp/bucket/deposit.ts')),
            withdraw: load(() => import('./msp/bucket/withdraw.ts')),
            pay: load(() => import('./msp/bucket/pay.ts')),
            forward: load(() => import('./msp/bucket/forward.ts')),
            vote: load(() => import('./msp/bucket/vote.ts')),
            lock: load(() => import('./msp/bucket/lock.ts')),
            remeasure: load(() => import('./msp/bucket/remeasure.ts')),
            'give-back': load(() => import('./msp/bucket/give-back.ts')),
            show: load(() => import('./msp/bucket/show.ts')),
            realise: load(() => import('./msp/bucket/realise.ts')),
            'realise-exit': load(() => import('./msp/bucket/realise-exit.ts')),
            seize: load(() => import('./msp/bucket/seize.ts')),
            auction: load(() => import('./msp/bucket/auction.ts')),
            buy: load(() => import('./msp/bucket/buy.ts')),
            unlock: load(() => import('./msp/bucket/unlock.ts')),
            unstake: load(() => import('./msp/bucket/unstake.ts')),
            redeem: load(() => import('./msp/bucket/redeem.ts')),
          },
        },
        bribe: {
          summary: 'Pay for stake that backs a module, and claim what yours earned',
          members: {
            fund: load(() => import('./msp/bribe/fund.ts')),
            claim: load(() => import('./msp/bribe/claim.ts')),
            refund: load(() => import('./msp/bribe/refund.ts')),
            show: load(() => import('./msp/bribe/show.ts')),
          },
        },
      },
    },
    vc: {
      summary: 'Issue, obtain, revoke and verify credentials (W3C Verifiable Credentials 2.0), off chain and on it',
      members: {
        admit: load(() => import('./vc/admit.ts')),
        define: load(() => import('./vc/define.ts')),
        issue: load(() => import('./vc/issue.ts')),
        obtain: load(() => import('./vc/obtain.ts')),
        revoke: load(() => import('./vc/revoke.ts')),
        anchor: load(() => import('./vc/anchor.ts')),
        verify: load(() => import('./vc/verify.ts')),
      },
    },
  },
}
