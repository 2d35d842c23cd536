// Sessions on jspurefix, an engine that shares no code with the gateway, as the clients here use them.
'use strict'
require('reflect-metadata')
const assert = require('node:assert/strict')
const { AsciiSession, EmptyLogFactory, MsgType, SessionLauncher } = require('jspurefix')

const patience = 60_000
const everyTraffic = []

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

// One connection, from its Logon to its end, of the session `name`; where `dictionary` is the
// XML file to read its messages with, and `folder` where the engine keeps it. `logon`: what its Logon has
// besides.
async function logOn (name, { port, dictionary, folder, reset, beginString = 'FIX.4.4', logon = {} }) {
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
    BeginString: beginString,
    SenderCompId: name,
    TargetCompID: 'BETEX',
    Username: name,
    Password: 'demo',
    EncryptMethod: 0,
    HeartBtInt: 30,
    ResetSeqNumFlag: reset,
    Logon: logon,
    store: { type: 'file', directory: folder }
  }, events)
  const end = launcher.run().catch(error => events.stopped.put(error))
  everyTraffic.push(events.traffic)
  const session = await events.ready.take(`${name}'s Logon`)
  return {
    send: (type, body) => session.send(type, body),
    next: what => events.messages.take(`${name}'s ${what}`),
    traffic: events.traffic,
    logOut: async () => {
      session.done()
      await events.stopped.take(`${name}'s Logout`)
      await end
    }
  }
}

// A broker's: orders of RAIN-LON, and their reports.
async function logOnBroker (name, where) {
  const session = await logOn(name, where)
  return {
    ...session,
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
      const message = await session.next(`report ${execType}`)
      assert.equal(message.type, MsgType.ExecutionReport)
      assert.equal(message.ExecType, execType)
      return message
    }
  }
}

// Runs it; on a failure everything that was said is shown. The exit code tells.
function run (main) {
  main().then(() => process.exit(0), error => {
    console.error(error)
    for (const traffic of everyTraffic) console.error(traffic.join('\n') + '\n')
    process.exit(1)
  })
}

module.exports = { logOn, logOnBroker, run, MsgType }
