// Two FIX.4.4 brokers on jspurefix: they log on, trade, and each side asks the other for what it has
// missed. Every step is checked; the exit code tells.
//
// node client.js PORT DICTIONARY FOLDER: the gateway's port, the FIX44.xml to read its messages with,
// and where the sessions are stored.
'use strict'
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { logOnBroker, run } = require('./session.js')

const [port, dictionary, folder] = process.argv.slice(2)
const now = Date.now()  // in ClOrdIDs, so that a gateway can be used again

const logOn = (name, { reset }) => logOnBroker(name, { port, dictionary, folder, reset })

// Changes the numbers that the engine goes on with: [next sent, next expected]. It may still be
// writing down its last ones when it says that it has ended.
async function changeNumbers (name, change) {
  const file = path.join(folder, `FIX.4.4-${name}-BETEX.seqnums`)
  let text = null
  for (let read = fs.readFileSync(file, 'utf8'); read !== text; read = fs.readFileSync(file, 'utf8')) {
    text = read
    await new Promise(resolve => setTimeout(resolve, 500))
  }
  const numbers = change(text.split(':').map(Number))
  fs.writeFileSync(file, numbers.map(number => String(number).padStart(20)).join(' : '))
}

async function main () {
  let maker = await logOn('BROKER3', { reset: true })
  const taker = await logOn('BROKER4', { reset: true })

  maker.order(`maker-1-${now}`, '2')
  const accepted = await maker.report('0')
  assert.equal(accepted.ClOrdID, `maker-1-${now}`)
  assert.equal(accepted.LeavesQty, 10)

  taker.order(`taker-1-${now}`, '1')
  await taker.report('0')
  const bought = await taker.report('F')
  const sold = await maker.report('F')
  assert.deepEqual([bought.LastQty, bought.LastPx, bought.LeavesQty], [10, 0.6, 0])
  assert.deepEqual([sold.ClOrdID, sold.LastQty, sold.OrdStatus], [`maker-1-${now}`, 10, '2'])
  assert.deepEqual([sold.LastLiquidityInd, bought.LastLiquidityInd], [1, 2])  // added, removed
  console.log('traded')

  // The maker has lost what it was told: it asks for it, and gets the same again.
  await maker.logOut()
  await changeNumbers('BROKER3', ([sent]) => [sent, 2])
  maker = await logOn('BROKER3', { reset: false })
  for (const first of [accepted, sold]) {
    const again = await maker.report(first.ExecType)
    assert.equal(again.StandardHeader.PossDupFlag, true)
    assert.equal(again.StandardHeader.MsgSeqNum, first.StandardHeader.MsgSeqNum)
    assert.deepEqual([again.ExecID, again.OrderID, again.ClOrdID, again.LeavesQty],
      [first.ExecID, first.OrderID, first.ClOrdID, first.LeavesQty])
  }
  console.log('resent to us')

  // The gateway has missed messages of the maker: it asks for them, and goes on.
  await maker.logOut()
  await changeNumbers('BROKER3', ([sent, expected]) => [sent + 3, expected])
  maker = await logOn('BROKER3', { reset: false })
  maker.order(`maker-2-${now}`, '2')
  assert.equal((await maker.report('0')).ClOrdID, `maker-2-${now}`)
  assert(maker.traffic.some(line => /^<.*\|35=2\|/.test(line)), 'no ResendRequest came')
  console.log('resent by us')

  await maker.logOut()
  await taker.logOut()
  console.log('done')
}

run(main)
