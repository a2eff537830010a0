// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {WrappedIOTX} from "../../contracts/w3bstream/WrappedIOTX.sol";
import {CoinRefuser} from "../fixtures/Payees.sol";
import {Test} from "../fixtures/Test.sol";

/*
WrappedIOTX
├── it wraps what is sent, with and without a call
├── when more than the balance is unwrapped: it reverts
├── when the holder takes no coin: it reverts
└── else it unwraps
*/
contract WrappedIOTX_Test is Test {
    WrappedIOTX internal wrapped = new WrappedIOTX();
    address internal holder = makeAddr("holder");

    function testFuzz_wrapAndUnwrap(uint96 first, uint96 second, uint96 out) public {
        uint256 total = uint256(first) + second;
        vm.deal(holder, total);
        vm.startPrank(holder);
        wrapped.deposit{value: first}();
        (bool sent,) = address(wrapped).call{value: second}("");
        assertTrue(sent);
        assertEq(wrapped.balanceOf(holder), total);
        out = uint96(bound(out, 0, total));
        wrapped.withdraw(out);
        assertEq(holder.balance, out);
        assertEq(wrapped.totalSupply(), address(wrapped).balance);
    }

    function test_withdraw_tooMuch_reverts() public {
        vm.prank(holder);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, holder, 0, 1));
        wrapped.withdraw(1);
    }

    function test_withdraw_holderTakesNoCoin_reverts() public {
        address refuser = address(new CoinRefuser());
        vm.deal(refuser, 1);
        vm.startPrank(refuser);
        wrapped.deposit{value: 1}();
        vm.expectRevert(abi.encodeWithSelector(WrappedIOTX.WrappedIOTXTransferFailed.selector, refuser));
        wrapped.withdraw(1);
    }
}
