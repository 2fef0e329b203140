// Four words for comparing a key by voice. 256 short, common Norwegian words that sound unlike each other.
#include <array>

#include "client-core/people.h"

namespace samplan {
namespace {

constexpr std::array<std::string_view, 256> words{
    "and",    "anker",  "appelsin", "ark",    "arm",    "asp",    "avis",   "bad",    "bake",   "ball",   "banan",  "bark",
    "barn",   "basar",  "beger",    "beite",  "belte",  "benk",   "berg",   "bie",    "bil",    "bjelke", "bjørk",  "blad",
    "blomst", "blyant", "boble",    "bok",    "bord",   "brann",  "brev",   "bris",   "bro",    "brød",   "bukett", "buss",
    "byge",   "bølge",  "bønne",    "bøtte",  "bål",    "båt",    "dal",    "dans",   "deig",   "delfin", "dør",    "drage",
    "dronning", "drue", "dugg",     "due",    "dukke",  "egg",    "eik",    "ekorn",  "elg",    "elv",    "eng",    "eple",
    "ert",    "eske",   "fakkel",   "fane",   "fasan",  "fele",   "felt",   "fest",   "fjell",  "fjær",   "fjord",  "flagg",
    "flaske", "flåte",  "foss",     "fot",    "frakk",  "frost",  "frø",    "fugl",   "fyr",    "gaffel", "garn",   "gave",
    "gjedde", "gjerde", "glass",    "gran",   "gras",   "gris",   "grotte", "gryte",  "gull",   "gutt",   "gås",    "hage",
    "hale",   "hammer", "hane",     "hanske", "hare",   "hassel", "hatt",   "hav",    "hegre",  "hest",   "himmel", "hjort",
    "hjul",   "honning", "horn",    "hund",   "hus",    "hval",   "hytte",  "høne",   "høst",   "hånd",   "igle",   "ild",
    "is",     "jakke",  "jord",     "jul",    "kaffe",  "kai",    "kake",   "kam",    "kanin",  "kano",   "kart",   "katt",
    "kiste",  "kjeks",  "klokke",   "klokker", "kløver", "kniv",  "knapp",  "kopp",   "korg",   "korn",   "krabbe", "kran",
    "krone",  "krukke", "ku",       "kull",   "kurv",   "laks",   "lampe",  "lam",    "leir",   "lenke",  "lerke",  "lilje",
    "linje",  "lue",    "lykt",     "lyng",   "løk",    "løve",   "lås",    "mais",   "maling", "mark",   "mast",   "matte",
    "maur",   "melk",   "mose",     "motor",  "munk",   "myr",    "måke",   "måne",   "natt",   "nebb",   "nese",   "nett",
    "nøkkel", "nøtt",   "nål",      "ost",    "ovn",    "padde",  "palme",  "panne",  "papir",  "paraply", "park",  "pels",
    "penn",   "perle",  "piano",    "pil",    "plomme", "pose",   "potet",  "pute",   "pære",   "rad",    "ramme",  "regn",
    "rein",   "rev",    "ring",     "ris",    "robåt",  "rose",   "rot",    "rype",   "salt",   "sand",   "saus",   "seil",
    "seng",   "sirkel", "sjø",      "skap",   "skilt",  "skje",   "skog",   "sko",    "skute",  "sky",    "slott",  "smør",
    "snø",    "sol",    "sopp",     "spade",  "speil",  "spurv",  "stein",  "stige",  "stol",   "strand", "sukker", "svane",
    "sykkel", "tak",    "tau",    "telt",   "tind",   "tog",    "tomat",  "torg",   "tre",    "trille",
    "tromme", "tråd",   "tønne",    "ugle",   "ulv",    "vott"};

static_assert(words.back() == "vott");

}  // namespace

std::string four_words(const PrincipalId& person) {
  return four_words(crypto::hash("samplan/four-words/1", {person.view()}));
}

std::string four_words(const Hash& h) {
  std::string out;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i != 0) out += ' ';
    out += words[h.bytes[i]];
  }
  return out;
}

}  // namespace samplan
