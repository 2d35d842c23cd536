// Two FIX.4.4 brokers on jspurefix, an engine that shares no code with the gateway: they log on, trade,
// and each side asks the other for what it has missed. Every step is checked; the exit code tells.
//
// node client.js PORT DICTIONARY FOLDER: the gateway's port, the FIX44.xml to read its messages with,
// and where the sessions are stored.
'use strict'
require('reflect-metadata')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { AsciiSession, EmptyLogFactory, MsgType, SessionLauncher } = require('jspurefix')

const [port, dictionary, folder] = process.argv.slice(2)
const patience = 60_000
const run = Date.now()  // in ClOrdIDs, so that a gateway can be used again

// A list that can be waited on.
class Mailbox {
  #items = []
  #waiting = []

  put (item) {
    const next = this.#waiting.shift()
    next ? next(item) : this.#items.push(item)
  }

  take (what) {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift())
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} has not come`)), patience)
      this.#waiting.push(item => { clearTimeout(timer); resolve(item) })
    })
  }
}

class Broker extends AsciiSession {
  constructor (config, events) {
    super(config)
    this.events = events
    this.logReceivedMsgs = false
  }

  onReady () { this.events.ready.put(this) }
  onLogon () { return true }
  onStopped (error) { this.events.stopped.put(error ?? null) }
  onDecoded (msgType, text) { this.events.traffic.push(`< ${text}`) }
  onEncoded (msgType, text) { this.events.traffic.push(`> ${text}`) }

  onApplicationMsg (msgType, view) {
    this.events.messages.put({ type: msgType, ...view.toObject() })
  }
}

class Launcher extends SessionLauncher {
  constructor (description, events) {
    super(description, null, new EmptyLogFactory())
    this.events = events
  }

  makeFactory (config) {
    return { makeSession: () => new Broker(config, this.events) }
  }
}

// One connection, from its Logon to its end.
async function logOn (name, { reset }) {
  const events = {
    ready: new Mailbox(), messages: new Mailbox(), stopped: new Mailbox(), traffic: []
  }
  const launcher = new Launcher({
    application: {
      type: 'initiator',
      name,
      protocol: 'ascii',
      dictionary,
      tcp: { host: '127.0.0.1', port: Number(port) }
    },
    Name: name,
    BeginString: 'FIX.4.4',
    SenderCompId: name,
    TargetCompID: 'BETEX',
    Username: name,
    Password: 'demo',
    EncryptMethod: 0,
    HeartBtInt: 30,
    ResetSeqNumFlag: reset,
    store: { type: 'file', directory: folder }
  }, events)
  const end = launcher.run().catch(error => events.stopped.put(error))
  everyTraffic.push(events.traffic)
  const session = await events.ready.take(`${name}'s Logon`)
  return {
    order: (id, side) => session.send(MsgType.NewOrderSingle, {
      ClOrdID: id,
      Symbol: 'RAIN-LON',
      Side: side,
      OrderQty: 10,
      OrdType: '2',
      Price: 0.6,
      TimeInForce: '1',
      TransactTime: new Date()
    }),
    report: async (execType) => {
      const message = await events.messages.take(`${name}'s report ${execType}`)
      assert.equal(message.type, MsgType.ExecutionReport)
      assert.equal(message.ExecType, execType)
      return message
    },
    traffic: events.traffic,
    logOut: async () => {
      session.done()
      await events.stopped.take(`${name}'s Logout`)
      await end
    }
  }
}

// Changes the numbers that the engine goes on with: [next sent, next expected]. It may still be
// writing down its last ones when it says that it has ended.
async function changeNumbers (name, change) {
  const file = path.join(folder, `FIX.4.4-${name}-BETEX.seqnums`)
  let text = null
  for (let now = fs.readFileSync(file, 'utf8'); now !== text; now = fs.readFileSync(file, 'utf8')) {
    text = now
    await new Promise(resolve => setTimeout(resolve, 500))
  }
  const numbers = change(text.split(':').map(Number))
  fs.writeFileSync(file, numbers.map(number => String(number).padStart(20)).join(' : '))
}

const everyTraffic = []

async function main () {
  let maker = await logOn('BROKER3', { reset: true })
  const taker = await logOn('BROKER4', { reset: true })

  maker.order(`maker-1-${run}`, '2')
  const accepted = await maker.report('0')
  assert.equal(accepted.ClOrdID, `maker-1-${run}`)
  assert.equal(accepted.LeavesQty, 10)

  taker.order(`taker-1-${run}`, '1')
  await taker.report('0')
  const bought = await taker.report('F')
  const sold = await maker.report('F')
  assert.deepEqual([bought.LastQty, bought.LastPx, bought.LeavesQty], [10, 0.6, 0])
  assert.deepEqual([sold.ClOrdID, sold.LastQty, sold.OrdStatus], [`maker-1-${run}`, 10, '2'])
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
  maker.order(`maker-2-${run}`, '2')
  assert.equal((await maker.report('0')).ClOrdID, `maker-2-${run}`)
  assert(maker.traffic.some(line => /^<.*\|35=2\|/.test(line)), 'no ResendRequest came')
  console.log('resent by us')

  await maker.logOut()
  await taker.logOut()
  console.log('done')
}

main().then(() => process.exit(0), error => {
  console.error(error)
  for (const traffic of everyTraffic) console.error(traffic.join('\n') + '\n')
  process.exit(1)
})
