// A market data client on jspurefix, which keeps books by the algorithm of the rules of engagement
// (section 9) and nothing else, while two brokers trade. Every step is checked; the exit code tells.
//
// node market_data.js PORT MD_PORT FIX_SPEC FOLDER: the gateway's ports, the folder of its dictionaries,
// and where the sessions are stored.
'use strict'
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { logOn, logOnBroker, run, MsgType } = require('./session.js')

const [port, marketDataPort, spec, folder] = process.argv.slice(2)
const now = Date.now()

// jspurefix takes one file: the session layer's messages and fields go into the application's.
function joinedDictionary () {
  const read = name => fs.readFileSync(path.join(spec, name), 'utf8')
  const within = (xml, tag) => xml.match(new RegExp(`<${tag}>([^]*)</${tag}>`))[1]
  const session = read('FIXT11.xml')
  let joined = read('FIX50SP2.xml')
  for (const tag of ['header', 'trailer']) {
    joined = joined.replace(new RegExp(`<${tag}/>|<${tag}>[^]*</${tag}>`), '')
  }
  joined = joined.replace('<messages>',
    `<header>${within(session, 'header')}</header><trailer>${within(session, 'trailer')}</trailer>` +
    `<messages>${within(session, 'messages')}`)
  const known = new Set([...within(joined, 'fields').matchAll(/<field number="([0-9]+)"/g)].map(m => m[1]))
  const missing = within(session, 'fields').match(/<field number="[0-9]+"[^>]*\/>|<field number="[0-9]+"[^>]*>[^]*?<\/field>/g)
    .filter(field => !known.has(field.match(/number="([0-9]+)"/)[1]))
  joined = joined.replace('<fields>', `<fields>${missing.join('')}`)
  const file = path.join(folder, 'joined.xml')
  fs.writeFileSync(file, joined)
  return file
}

// ---- The algorithm -----------------------------------------------------------------------------

// By request and instrument: an update builds on what its own request has told.
const keyOf = (request, symbol) => `${request} ${symbol}`

class Books {
  #books = new Map()
  #images = new Map()

  of (request, symbol) { return this.#books.get(keyOf(request, symbol)) }

  apply (message) {
    if (message.type === MsgType.MarketDataSnapshotFullRefresh) this.#image(message)
    if (message.type === MsgType.MarketDataIncrementalRefresh) this.#updates(message)
  }

  #image (message) {
    const key = keyOf(message.MDReqID, message.Symbol)
    const image = this.#images.get(key) ??
      { levels: { 0: new Map(), 1: new Map() }, traded: new Map(), trades: 0, inStep: true }
    this.#images.set(key, image)
    for (const entry of message.NoMDEntries ?? []) this.#put(image, entry)
    if (message.LastFragment) {
      Object.assign(image, { seq: message.RptSeq, depth: message.MarketDepth, status: message.MDSecurityTradingStatus })
      this.#books.set(key, image)
      this.#images.delete(key)
    }
  }

  #updates (message) {
    let book = null
    for (const entry of message.NoMDEntries) {
      if (entry.Symbol !== undefined) {
        if (book !== null) this.#keepWindow(book)
        book = this.of(message.MDReqID, entry.Symbol)
        assert.equal(entry.PrevRptSeq, book.seq, `an update of ${entry.Symbol} is missing`)
        book.seq = entry.RptSeq
      }
      this.#put(book, entry)
    }
    this.#keepWindow(book)
  }

  #put (book, entry) {
    const type = entry.MDEntryType
    if (type === '0' || type === '1') {
      const side = book.levels[type]
      entry.MDUpdateAction === '2' ? side.delete(entry.MDEntryPx) : side.set(entry.MDEntryPx, entry.MDEntrySize)
    } else if (type === '2') {
      book.last = entry
      ++book.trades
    } else if (type === 'B') {
      entry.MDEntryPx === undefined ? book.volume = entry.MDEntrySize : book.traded.set(entry.MDEntryPx, entry.MDEntrySize)
    } else if (type === 'C') {
      book.openInterest = entry.MDEntrySize
    }
  }

  // Of a binary market: the highest bids and the lowest offers are the best.
  #keepWindow (book) {
    for (const [type, better] of [['0', (a, b) => b - a], ['1', (a, b) => a - b]]) {
      for (const price of [...book.levels[type].keys()].sort(better).slice(book.depth)) {
        book.levels[type].delete(price)
      }
    }
  }
}

// ---- The test ----------------------------------------------------------------------------------

async function main () {
  const dictionary44 = path.join(spec, 'FIX44.xml')
  const broker = name => logOnBroker(name, { port, dictionary: dictionary44, folder, reset: true })
  const maker = await broker('BROKER3')
  const taker = await broker('BROKER4')
  const reader = await logOn('MD1', {
    port: marketDataPort,
    dictionary: joinedDictionary(),
    folder,
    reset: true,
    beginString: 'FIXT.1.1',
    logon: { DefaultApplVerID: '9' }
  })
  const books = new Books()
  const until = async (what, condition) => {
    while (!condition()) books.apply(await reader.next(what))
  }

  reader.send(MsgType.MarketDataRequest, {
    MDReqID: 'rain',
    SubscriptionRequestType: '1',
    MarketDepth: 2,
    NoMDEntryTypes: ['0', '1', '2', 'B', 'C'].map(type => ({ MDEntryType: type })),
    NoRelatedSym: [{ Symbol: 'RAIN-LON' }],
    TradedLadder: true
  })
  await until('image', () => books.of('rain', 'RAIN-LON') !== undefined)
  const book = books.of('rain', 'RAIN-LON')
  assert.equal(String(book.status), '17')
  const volume = book.volume
  console.log('subscribed')

  maker.order(`maker-1-${now}`, '2')
  await maker.report('0')
  await until('new level', () => book.levels[1].get(0.6) === 10)
  taker.order(`taker-1-${now}`, '1')
  await taker.report('0')
  const bought = await taker.report('F')
  await maker.report('F')
  await until('trade', () => book.trades > 0 && book.volume === volume + 10)
  assert.equal(book.levels[1].has(0.6), false)
  assert.deepEqual([book.last.MDEntryPx, book.last.MDEntrySize, String(book.last.AggressorSide)], [0.6, 10, '1'])
  assert.equal(bought.ExecID.split('-')[0], String(book.last.TradeID))
  assert.equal(book.traded.get(0.6), volume + 10)
  assert.equal(book.openInterest, 10)
  console.log('applied')

  // The same in one image, from another connection.
  await reader.logOut()
  const again = await logOn('MD1', {
    port: marketDataPort,
    dictionary: joinedDictionary(),
    folder,
    reset: true,
    beginString: 'FIXT.1.1',
    logon: { DefaultApplVerID: '9' }
  })
  again.send(MsgType.MarketDataRequest, {
    MDReqID: 'rain',
    SubscriptionRequestType: '0',
    MarketDepth: 2,
    NoMDEntryTypes: ['0', '1', '2', 'B', 'C'].map(type => ({ MDEntryType: type })),
    NoRelatedSym: [{ Symbol: 'RAIN-LON' }],
    TradedLadder: true
  })
  const fresh = new Books()
  while (fresh.of('rain', 'RAIN-LON') === undefined) fresh.apply(await again.next('image'))
  const image = fresh.of('rain', 'RAIN-LON')
  assert(image.seq >= book.seq)
  for (const what of ['levels', 'traded', 'volume', 'openInterest']) assert.deepEqual(image[what], book[what])
  console.log('the same again')

  await again.logOut()
  await maker.logOut()
  await taker.logOut()
  console.log('done')
}

run(main)
