// SPDX-License-Identifier: MIT

// Code generated - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package bindings

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"time"

	ethereum "github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/event"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = errors.New
	_ = big.NewInt
	_ = strings.NewReader
	_ = ethereum.NotFound
	_ = bind.Bind
	_ = common.Big1
	_ = types.BloomLookup
	_ = event.NewSubscription
	_ = abi.ConvertType
	_ = time.Tick
	_ = context.Background
)

// IERC7786RecipientMetaData contains all meta data concerning the IERC7786Recipient contract.
var IERC7786RecipientMetaData = &bind.MetaData{
	ABI: "[{\"type\":\"function\",\"name\":\"receiveMessage\",\"inputs\":[{\"name\":\"receiveId\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"sender\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"payload\",\"type\":\"bytes\",\"internalType\":\"bytes\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}],\"stateMutability\":\"payable\"}]",
}

// IERC7786RecipientABI is the input ABI used to generate the binding from.
// Deprecated: Use IERC7786RecipientMetaData.ABI instead.
var IERC7786RecipientABI = IERC7786RecipientMetaData.ABI

// IERC7786Recipient is an auto generated Go binding around an Ethereum contract.
type IERC7786Recipient struct {
	IERC7786RecipientCaller     // Read-only binding to the contract
	IERC7786RecipientTransactor // Write-only binding to the contract
	IERC7786RecipientFilterer   // Log filterer for contract events
}

// IERC7786RecipientCaller is an auto generated read-only Go binding around an Ethereum contract.
type IERC7786RecipientCaller struct {
	contract *bind.BoundContract // Generic contract wrapper for the low level calls
}

// IERC7786RecipientTransactor is an auto generated write-only Go binding around an Ethereum contract.
type IERC7786RecipientTransactor struct {
	contract *bind.BoundContract // Generic contract wrapper for the low level calls
}

// IERC7786RecipientFilterer is an auto generated log filtering Go binding around an Ethereum contract events.
type IERC7786RecipientFilterer struct {
	contract *bind.BoundContract // Generic contract wrapper for the low level calls
}

// IERC7786RecipientSession is an auto generated Go binding around an Ethereum contract,
// with pre-set call and transact options.
type IERC7786RecipientSession struct {
	Contract     *IERC7786Recipient // Generic contract binding to set the session for
	CallOpts     bind.CallOpts      // Call options to use throughout this session
	TransactOpts bind.TransactOpts  // Transaction auth options to use throughout this session
}

// IERC7786RecipientCallerSession is an auto generated read-only Go binding around an Ethereum contract,
// with pre-set call options.
type IERC7786RecipientCallerSession struct {
	Contract *IERC7786RecipientCaller // Generic contract caller binding to set the session for
	CallOpts bind.CallOpts            // Call options to use throughout this session
}

// IERC7786RecipientTransactorSession is an auto generated write-only Go binding around an Ethereum contract,
// with pre-set transact options.
type IERC7786RecipientTransactorSession struct {
	Contract     *IERC7786RecipientTransactor // Generic contract transactor binding to set the session for
	TransactOpts bind.TransactOpts            // Transaction auth options to use throughout this session
}

// IERC7786RecipientRaw is an auto generated low-level Go binding around an Ethereum contract.
type IERC7786RecipientRaw struct {
	Contract *IERC7786Recipient // Generic contract binding to access the raw methods on
}

// IERC7786RecipientCallerRaw is an auto generated low-level read-only Go binding around an Ethereum contract.
type IERC7786RecipientCallerRaw struct {
	Contract *IERC7786RecipientCaller // Generic read-only contract binding to access the raw methods on
}

// IERC7786RecipientTransactorRaw is an auto generated low-level write-only Go binding around an Ethereum contract.
type IERC7786RecipientTransactorRaw struct {
	Contract *IERC7786RecipientTransactor // Generic write-only contract binding to access the raw methods on
}

// NewIERC7786Recipient creates a new instance of IERC7786Recipient, bound to a specific deployed contract.
func NewIERC7786Recipient(address common.Address, backend bind.ContractBackend) (*IERC7786Recipient, error) {
	contract, err := bindIERC7786Recipient(address, backend, backend, backend)
	if err != nil {
		return nil, err
	}
	return &IERC7786Recipient{IERC7786RecipientCaller: IERC7786RecipientCaller{contract: contract}, IERC7786RecipientTransactor: IERC7786RecipientTransactor{contract: contract}, IERC7786RecipientFilterer: IERC7786RecipientFilterer{contract: contract}}, nil
}

// NewIERC7786RecipientCaller creates a new read-only instance of IERC7786Recipient, bound to a specific deployed contract.
func NewIERC7786RecipientCaller(address common.Address, caller bind.ContractCaller) (*IERC7786RecipientCaller, error) {
	contract, err := bindIERC7786Recipient(address, caller, nil, nil)
	if err != nil {
		return nil, err
	}
	return &IERC7786RecipientCaller{contract: contract}, nil
}

// NewIERC7786RecipientTransactor creates a new write-only instance of IERC7786Recipient, bound to a specific deployed contract.
func NewIERC7786RecipientTransactor(address common.Address, transactor bind.ContractTransactor) (*IERC7786RecipientTransactor, error) {
	contract, err := bindIERC7786Recipient(address, nil, transactor, nil)
	if err != nil {
		return nil, err
	}
	return &IERC7786RecipientTransactor{contract: contract}, nil
}

// NewIERC7786RecipientFilterer creates a new log filterer instance of IERC7786Recipient, bound to a specific deployed contract.
func NewIERC7786RecipientFilterer(address common.Address, filterer bind.ContractFilterer) (*IERC7786RecipientFilterer, error) {
	contract, err := bindIERC7786Recipient(address, nil, nil, filterer)
	if err != nil {
		return nil, err
	}
	return &IERC7786RecipientFilterer{contract: contract}, nil
}

// bindIERC7786Recipient binds a generic wrapper to an already deployed contract.
func bindIERC7786Recipient(address common.Address, caller bind.ContractCaller, transactor bind.ContractTransactor, filterer bind.ContractFilterer) (*bind.BoundContract, error) {
	parsed, err := IERC7786RecipientMetaData.GetAbi()
	if err != nil {
		return nil, err
	}
	return bind.NewBoundContract(address, *parsed, caller, transactor, filterer), nil
}

// Call invokes the (constant) contract method with params as input values and
// sets the output to result. The result type might be a single field for simple
// returns, a slice of interfaces for anonymous returns and a struct for named
// returns.
func (_IERC7786Recipient *IERC7786RecipientRaw) Call(opts *bind.CallOpts, result *[]interface{}, method string, params ...interface{}) error {
	return _IERC7786Recipient.Contract.IERC7786RecipientCaller.contract.Call(opts, result, method, params...)
}

// Transfer initiates a plain transaction to move funds to the contract, calling
// its default method if one is available.
func (_IERC7786Recipient *IERC7786RecipientRaw) Transfer(opts *bind.TransactOpts) (*types.Transaction, error) {
	return _IERC7786Recipient.Contract.IERC7786RecipientTransactor.contract.Transfer(opts)
}

// Transact invokes the (paid) contract method with params as input values.
func (_IERC7786Recipient *IERC7786RecipientRaw) Transact(opts *bind.TransactOpts, method string, params ...interface{}) (*types.Transaction, error) {
	return _IERC7786Recipient.Contract.IERC7786RecipientTransactor.contract.Transact(opts, method, params...)
}

// Call invokes the (constant) contract method with params as input values and
// sets the output to result. The result type might be a single field for simple
// returns, a slice of interfaces for anonymous returns and a struct for named
// returns.
func (_IERC7786Recipient *IERC7786RecipientCallerRaw) Call(opts *bind.CallOpts, result *[]interface{}, method string, params ...interface{}) error {
	return _IERC7786Recipient.Contract.contract.Call(opts, result, method, params...)
}

// Transfer initiates a plain transaction to move funds to the contract, calling
// its default method if one is available.
func (_IERC7786Recipient *IERC7786RecipientTransactorRaw) Transfer(opts *bind.TransactOpts) (*types.Transaction, error) {
	return _IERC7786Recipient.Contract.contract.Transfer(opts)
}

// Transact invokes the (paid) contract method with params as input values.
func (_IERC7786Recipient *IERC7786RecipientTransactorRaw) Transact(opts *bind.TransactOpts, method string, params ...interface{}) (*types.Transaction, error) {
	return _IERC7786Recipient.Contract.contract.Transact(opts, method, params...)
}

// ReceiveMessage is a paid mutator transaction binding the contract method 0x2432ef26.
//
// Solidity: function receiveMessage(bytes32 receiveId, bytes sender, bytes payload) payable returns(bytes4)
func (_IERC7786Recipient *IERC7786RecipientTransactor) ReceiveMessage(opts *bind.TransactOpts, receiveId [32]byte, sender []byte, payload []byte) (*types.Transaction, error) {
	return _IERC7786Recipient.contract.Transact(opts, "receiveMessage", receiveId, sender, payload)
}

// ReceiveMessage is a paid mutator transaction binding the contract method 0x2432ef26.
//
// Solidity: function receiveMessage(bytes32 receiveId, bytes sender, bytes payload) payable returns(bytes4)
func (_IERC7786Recipient *IERC7786RecipientSession) ReceiveMessage(receiveId [32]byte, sender []byte, payload []byte) (*types.Transaction, error) {
	return _IERC7786Recipient.Contract.ReceiveMessage(&_IERC7786Recipient.TransactOpts, receiveId, sender, payload)
}

// ReceiveMessage is a paid mutator transaction binding the contract method 0x2432ef26.
//
// Solidity: function receiveMessage(bytes32 receiveId, bytes sender, bytes payload) payable returns(bytes4)
func (_IERC7786Recipient *IERC7786RecipientTransactorSession) ReceiveMessage(receiveId [32]byte, sender []byte, payload []byte) (*types.Transaction, error) {
	return _IERC7786Recipient.Contract.ReceiveMessage(&_IERC7786Recipient.TransactOpts, receiveId, sender, payload)
}
