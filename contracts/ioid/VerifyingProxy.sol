// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IERC6551Executable} from "erc6551/interfaces/IERC6551Executable.sol";
import {ProjectId} from "../types/Types.sol";
import {IDeviceGauge} from "./interfaces/IDeviceGauge.sol";
import {IDeviceNFT} from "./interfaces/IDeviceNFT.sol";
import {IIoID} from "./interfaces/IIoID.sol";
import {IIoIDPrice} from "./interfaces/IIoIDPrice.sol";
import {IIoIDRegistry} from "./interfaces/IIoIDRegistry.sol";
import {IIoIDStore} from "./interfaces/IIoIDStore.sol";
import {IProject} from "./interfaces/IProject.sol";
import {IProjectRegistry} from "./interfaces/IProjectRegistry.sol";
import {IRefunds} from "./interfaces/IRefunds.sol";
import {IVerifyingProxy} from "./interfaces/IVerifyingProxy.sol";

/// @title VerifyingProxy
/// @notice See {IVerifyingProxy}. Deployed once, and used through the clones that {UniversalFactory} makes.
contract VerifyingProxy is IVerifyingProxy, OwnableUpgradeable, ERC721Holder, ReentrancyGuardTransient {
    uint8 private constant _HARDWARE = 0;

    /// @inheritdoc IVerifyingProxy
    string public constant VERSION = "0.0.1";

    /// @inheritdoc IVerifyingProxy
    address public immutable projectRegistry;

    /// @inheritdoc IVerifyingProxy
    address public immutable ioIDStore;

    /// @inheritdoc IVerifyingProxy
    address public immutable deviceNFTImplementation;

    /// @inheritdoc IVerifyingProxy
    address public verifier;

    /// @dev Project ids are counted from 1 up: 64 bits hold them.
    uint64 private _projectId;

    /// @inheritdoc IVerifyingProxy
    address public deviceNFT;

    /// @inheritdoc IVerifyingProxy
    address public deviceGauge;

    constructor(address _ioIDStore, address _projectRegistry, address _deviceNFTImplementation) {
        if (_ioIDStore == address(0) || _projectRegistry == address(0) || _deviceNFTImplementation == address(0)) {
            revert VerifyingProxyZeroAddress();
        }
        ioIDStore = _ioIDStore;
        projectRegistry = _projectRegistry;
        deviceNFTImplementation = _deviceNFTImplementation;
        _disableInitializers();
    }

    /* OWNER */

    /// @inheritdoc IVerifyingProxy
    function initialize(
        uint8 _type,
        address _verifier,
        string calldata _projectName,
        string calldata _name,
        string calldata _symbol,
        uint256 _amount
    ) external payable initializer {
        __Ownable_init(msg.sender);
        _setVerifier(_verifier);
        _createDeviceNFT(keccak256(abi.encodePacked(msg.sender, _type, _name)), _name, _symbol, _amount);
        _createProject(_type, _projectName);
        if (_type == _HARDWARE) _buy(_amount);
        else if (msg.value != 0) IRefunds(ioIDStore).refund{value: msg.value}(msg.sender);
    }

    function _createDeviceNFT(bytes32 salt, string calldata name, string calldata symbol, uint256 allowance) private {
        address nft = Clones.cloneDeterministic(deviceNFTImplementation, salt);
        deviceNFT = nft;
        IDeviceNFT(nft).initialize(name, symbol);
        IDeviceNFT(nft).configureMinter(address(this), allowance);
    }

    function _createProject(uint8 projectType, string calldata name) private {
        ProjectId id = IProjectRegistry(projectRegistry).register(name, projectType);
        _projectId = uint64(ProjectId.unwrap(id));
        IIoIDStore(ioIDStore).setDeviceContract(id, deviceNFT);
    }

    /// @inheritdoc IVerifyingProxy
    function initialize(uint256 _id, address _verifier, address _deviceNFT, uint256 _amount) external onlyOwner {
        if (_project().ownerOf(_id) != address(this) || IDeviceNFT(_deviceNFT).owner() != address(this)) {
            revert VerifyingProxyNotOwnerOf(_id, _deviceNFT);
        }
        _projectId = uint64(_id);
        deviceNFT = _deviceNFT;
        deviceGauge = address(0);
        _setVerifier(_verifier);
        IDeviceNFT(_deviceNFT).configureMinter(address(this), _amount);
    }

    /// @inheritdoc IVerifyingProxy
    function incrementMinterAllowance(uint256 _amount) external onlyOwner {
        IDeviceNFT(deviceNFT).incrementMinterAllowance(address(this), _amount);
    }

    /// @inheritdoc IVerifyingProxy
    function changeVerifier(address _verifier) external onlyOwner {
        _setVerifier(_verifier);
    }

    function _setVerifier(address verifier_) private {
        if (verifier_ == address(0)) revert VerifyingProxyZeroAddress();
        emit VerifierChanged(verifier, verifier_);
        verifier = verifier_;
    }

    /// @inheritdoc IVerifyingProxy
    function applyIoIDs(uint256 _amount) external payable onlyOwner {
        IDeviceNFT(deviceNFT).incrementMinterAllowance(address(this), _amount);
        _buy(_amount);
    }

    function _buy(uint256 amount) private {
        ProjectId id = ProjectId.wrap(_projectId);
        IIoIDPrice(ioIDStore).buyIoIDs{value: msg.value}(id, amount, msg.value, msg.sender);
    }

    /// @inheritdoc IVerifyingProxy
    function setName(string calldata _name) external onlyOwner {
        _project().setName(ProjectId.wrap(_projectId), _name);
    }

    /// @inheritdoc IVerifyingProxy
    function setMetadata(string calldata _name, bytes calldata _value) external onlyOwner {
        _project().setMetadata(ProjectId.wrap(_projectId), _name, _value);
    }

    /// @inheritdoc IVerifyingProxy
    function setBaseURI(string calldata _uri) external onlyOwner {
        IDeviceNFT(deviceNFT).setBaseURI(_uri);
    }

    /// @inheritdoc IVerifyingProxy
    function migrate(address _owner) external onlyOwner {
        IDeviceNFT(deviceNFT).transferOwnership(_owner);
        _project().safeTransferFrom(address(this), _owner, _projectId);
    }

    /// @inheritdoc IVerifyingProxy
    function approveProjectNFT(address _to) external onlyOwner {
        _project().approve(_to, _projectId);
    }

    /// @inheritdoc IVerifyingProxy
    function setDeviceGauge(address _gauge) external onlyOwner {
        if (_gauge != address(0) && IDeviceGauge(_gauge).stakingToken() != deviceNFT) {
            revert VerifyingProxyWrongGauge(_gauge);
        }
        deviceGauge = _gauge;
        emit DeviceGaugeSetted(_gauge);
    }

    function _project() private view returns (IProject) {
        return IProject(IProjectRegistry(projectRegistry).project());
    }

    /* DEVICES */

    /// @inheritdoc IVerifyingProxy
    function register(
        bytes calldata _verifySignature,
        bytes32 _hash,
        string calldata _uri,
        address _owner,
        address _device,
        uint8 _v,
        bytes32 _r,
        bytes32 _s
    ) external payable nonReentrant {
        _checkVerified(_owner, _device, _verifySignature);
        _handOver(_owner, _device, _registerHere(_hash, _uri, _device, _v, _r, _s));
    }

    /// @dev Neither the verifier's signature nor the device's permit says which document is registered: so whoever brings
    /// them must be someone whom the owner or the project trusts with it.
    function _checkVerified(address owner_, address device, bytes calldata signature) private view {
        if (msg.sender != owner_ && msg.sender != verifier && msg.sender != owner()) {
            revert VerifyingProxyNotPermitted(owner_, msg.sender);
        }
        bytes32 hash = MessageHashUtils.toEthSignedMessageHash(abi.encodePacked(block.chainid, owner_, device));
        if (!SignatureChecker.isValidSignatureNowCalldata(verifier, hash, signature)) {
            revert VerifyingProxyInvalidVerifierSignature(owner_, device);
        }
    }

    /// @return tokenId The new device NFT, which is in the ioID's account.
    function _registerHere(bytes32 hash, string calldata uri, address device, uint8 v, bytes32 r, bytes32 s)
        private
        returns (uint256 tokenId)
    {
        address nft = deviceNFT;
        tokenId = IDeviceNFT(nft).mint(address(this));
        IERC721(nft).approve(address(_registry()), tokenId);
        _registry().register{value: _takeFee()}(nft, tokenId, device, hash, uri, v, r, s);
    }

    function _registry() private view returns (IIoIDRegistry) {
        return IIoIDRegistry(IIoIDStore(ioIDStore).ioIDRegistry());
    }

    /// @return fee What the registration costs; what is sent above it goes back to the caller.
    function _takeFee() private returns (uint256 fee) {
        if (msg.value == 0) return 0;
        fee = IIoIDStore(ioIDStore).activationFee(ProjectId.wrap(_projectId));
        if (msg.value < fee) revert VerifyingProxyFeeTooLow(msg.value, fee);
        if (msg.value > fee) IRefunds(ioIDStore).refund{value: msg.value - fee}(msg.sender);
    }

    /// @dev While this proxy holds the ioID, it commands the ioID's account. The receiver's hook comes last.
    function _handOver(address owner_, address device, uint256 tokenId) private {
        IIoIDRegistry registry = _registry();
        IIoID ioID = IIoID(registry.ioID());
        uint256 id = registry.deviceTokenId(device);
        address gauge = deviceGauge;
        if (gauge != address(0)) {
            (address wallet,) = ioID.wallet(id);
            IERC6551Executable account = IERC6551Executable(wallet);
            account.execute(deviceNFT, 0, abi.encodeCall(IERC721.approve, (gauge, tokenId)), 0);
            account.execute(gauge, 0, abi.encodeCall(IDeviceGauge.deposit, (tokenId, owner_)), 0);
        }
        emit Registered(owner_, device, tokenId, id);
        ioID.safeTransferFrom(address(this), owner_, id);
    }

    /// @inheritdoc IVerifyingProxy
    function projectId() external view returns (uint256) {
        return _projectId;
    }
}
