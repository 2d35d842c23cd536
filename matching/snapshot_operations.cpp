// The descriptions, traded volumes and proposals of a snapshot.
#include <algorithm>
#include <cstddef>

#include "matching/snapshot.h"
#include "matching/snapshot_records.h"

namespace betex::matching {
namespace {

// A section whose records `for_each(state, put)` finds by itself: they are counted first.
template <typename Record, typename Archive, typename ForEach>
void save_counted(
    const State& state, Saver& saver, Section section, Archive&& archive, ForEach&& for_each) {
  std::uint64_t count = 0;
  for_each(state, [&count](const Record&) { ++count; });
  saver.section<Record>(section, count, archive, [&](auto&& put) { for_each(state, put); });
}

constexpr auto for_each_description = [](const State& state, auto&& visit) {
  for (const MarketData& market : state.markets) {
    if (market.description != MarketText{}) {
      visit(SavedDescription{.market = market.id, .description = market.description});
    }
  }
  for (const InstrumentState& instrument : state.instruments) {
    if (!instrument.text.empty()) {
      visit(SavedDescription{.market = instrument.market,
                             .instrument = instrument.id,
                             .description = {.text = instrument.text}});
    }
  }
};

constexpr auto for_each_volume = [](const State& state, auto&& visit) {
  for (const InstrumentState& instrument : state.instruments) {
    instrument.volumes.for_each([&](Tick tick, WideQuantity volume) {
      visit(SavedVolume{.instrument = instrument.id, .tick = tick, .volume = volume});
    });
  }
};

constexpr auto for_each_proposal = [](const State& state, auto&& visit) {
  for (const Proposal& proposal : state.proposals) {
    visit(SavedProposal{.seq = proposal.seq, .event = proposal.event});
  }
};

constexpr auto for_each_share = [](const State& state, auto&& visit) {
  for (const Proposal& proposal : state.proposals) {
    for (const RunnerShare& share : proposal.shares) {
      visit(SavedShare{.proposal = proposal.seq, .share = share});
    }
  }
};

void load_description(State& state, const SavedDescription& saved) {
  Loader::check(saved.description.text.well_formed() && saved.description.parent.well_formed(),
                "a description");
  if (saved.instrument == InstrumentId{}) {
    Loader::check(state.markets.contains(saved.market), "a described market");
    state.markets.at(saved.market).description = saved.description;
  } else {
    Loader::check(state.instruments.contains(saved.instrument), "a described instrument");
    state.instruments.at(saved.instrument).text = saved.description.text;
  }
}

void load_volume(State& state, const SavedVolume& saved) {
  Loader::check(state.instruments.contains(saved.instrument), "a traded instrument");
  InstrumentState& instrument = state.instruments.at(saved.instrument);
  Loader::check(instrument.book.ladder().contains(saved.tick), "a price that was traded at");
  instrument.volumes.add(saved.tick, saved.volume);
}

void load_proposal(State& state, const SavedProposal& saved) {
  Loader::check(saved.event.subject.well_formed() && saved.event.request_id.well_formed() &&
                    saved.event.remark.well_formed() && saved.seq <= state.last_seq,
                "a proposal");
  state.proposals.push_back({.seq = saved.seq, .event = saved.event});
}

void load_share(State& state, const SavedShare& saved) {
  const auto proposal = std::find_if(
      state.proposals.begin(), state.proposals.end(), [&saved](const Proposal& candidate) {
        return candidate.seq == saved.proposal;
      });
  Loader::check(proposal != state.proposals.end() && saved.share.symbol.well_formed(),
                "a proposed share");
  proposal->shares.push_back(saved.share);
}

}  // namespace

void save_operations(const State& state, Saver& saver) {
  save_counted<SavedDescription>(
      state, saver, Section::Descriptions, archive_description, for_each_description);
  save_counted<SavedVolume>(state, saver, Section::Volumes, archive_volume, for_each_volume);
  save_counted<SavedProposal>(
      state, saver, Section::Proposals, archive_proposal, for_each_proposal);
  save_counted<SavedShare>(state, saver, Section::ProposedShares, archive_share, for_each_share);
}

void load_operations(State& state, Loader& loader) {
  loader.section<SavedDescription>(
      Section::Descriptions, archive_description, [&state](const SavedDescription& saved) {
        load_description(state, saved);
      });
  loader.section<SavedVolume>(Section::Volumes, archive_volume, [&state](const SavedVolume& saved) {
    load_volume(state, saved);
  });
  loader.section<SavedProposal>(
      Section::Proposals, archive_proposal, [&state](const SavedProposal& saved) {
        load_proposal(state, saved);
      });
  loader.section<SavedShare>(Section::ProposedShares,
                             archive_share,
                             [&state](const SavedShare& saved) { load_share(state, saved); });
}

}  // namespace betex::matching
