/* The page of a village's package: finds people, shows one, reads aloud, prints. ES2017, no network, no library.
   Folding and numbers are the same as in archive/sound.py and domain/spoken.py; tests compare both. */
(function () {
  "use strict";

  var LIMIT = 60, LINE = 6, MAX_SOUNDS = 64;
  var SLOW = 40, PATIENCE = 120, SILENCE = 3000;
  var DIGITS = "零一二三四五六七八九", UNITS = ["", "十", "百", "千"], BIG = ["", "万", "亿", "万亿"];

  /* ---- how names are compared ---- */

  function searchKey(name) {
    var plain = name.replace(/（\d+）$/, "").normalize("NFKC").replace(/[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g, "");
    plain = plain.replace(/(.)[(〔[][^()〔〕[\]]*[)〕\]]?$/, "$1");
    return plain.replace(/([\u4e00-\u9fff])[•・‧∙⋅.](?=[\u4e00-\u9fff])/g, "$1").replace(/·/g, "").toLowerCase();
  }

  function foldLetters(text) {
    return text.toLowerCase().replace(/[üv]/g, "u").replace(/[^a-z]/g, "");
  }

  function foldSound(text) {
    return foldLetters(text).replace(/zh/g, "z").replace(/ch/g, "c").replace(/sh/g, "s").replace(/ng+/g, "n");
  }

  /* ---- numbers as they are said ---- */

  function speakSection(number, isFirst) {
    var text = "", zero = false;
    for (var place = 3; place >= 0; place--) {
      var digit = Math.floor(number / Math.pow(10, place)) % 10;
      if (digit) {
        text += (zero && text ? "零" : "") + DIGITS[digit] + UNITS[place];
        zero = false;
      } else {
        zero = true;
      }
    }
    return isFirst || text[0] !== "十" ? text : "一" + text;
  }

  function speakInteger(number) {
    if (number < 0) return "负" + speakInteger(-number);
    if (number === 0) return "零";
    var sections = [], text = "";
    while (number) {
      sections.push(number % 10000);
      number = Math.floor(number / 10000);
    }
    for (var place = sections.length - 1; place >= 0; place--) {
      var section = sections[place], isOpen = text && !text.endsWith("零");
      if (!section) {
        text += isOpen ? "零" : "";
      } else {
        text += (isOpen && section < 1000 ? "零" : "") + speakSection(section, !text) + BIG[place];
      }
    }
    return text.replace(/零+$/, "").replace(/^二(?=[千万亿])/, "两").replace(/^一十/, "十");
  }

  function speakFen(fen) {
    var yuan = Math.floor(Math.abs(fen) / 100), rest = Math.abs(fen) % 100;
    var jiao = Math.floor(rest / 10), cents = rest % 10;
    var text = yuan || !rest ? speakInteger(yuan) + "元" : "";
    if (jiao) text += DIGITS[jiao] + "角";
    else if (cents && yuan) text += "零";
    if (cents) text += DIGITS[cents] + "分";
    return (fen < 0 ? "负" : "") + text;
  }

  function speakDigits(text) {
    return text.replace(/\d/g, function (digit) { return DIGITS[+digit]; });
  }

  function speakDecimal(text) {
    var parts = text.split(".");
    return speakInteger(+parts[0]) + (parts[1] ? "点" + speakDigits(parts[1]) : "");
  }

  function speakMonths(text) {
    return text.replace(/[–—~～-]/g, "至").replace(/\d+/g, function (number) { return speakInteger(+number); });
  }

  /* ---- numbers as they are written ---- */

  function formatFen(fen) {
    var all = Math.abs(fen), yuan = String(Math.floor(all / 100)), cents = String(all % 100);
    return (fen < 0 ? "-" : "") + yuan.replace(/\B(?=(\d{3})+$)/g, ",") + "." + (cents.length < 2 ? "0" : "") + cents;
  }

  function formatScaled(value, places) {
    var digits = String(Math.abs(value));
    while (digits.length <= places) digits = "0" + digits;
    var whole = digits.slice(0, -places), rest = digits.slice(-places).replace(/0+$/, "");
    return (value < 0 ? "-" : "") + whole + (rest ? "." + rest : "");
  }

  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, function (all, name) { return name in values ? values[name] : all; });
  }

  /* ---- finding people ---- */

  function buildPeople(data) {
    return data.people.map(function (row) {
      var lines = [];
      for (var i = 0; i < row[4].length; i += LINE) {
        var x = row[4].slice(i, i + LINE), programme = data.programmes[x[0]];
        lines.push({
          title: programme[0], unit: programme[1], quantity: x[1], rate: x[2] === null ? "" : data.rates[x[2]],
          payments: x[3], fen: x[4], months: data.months[x[5]]
        });
      }
      return {
        name: row[0], key: searchKey(row[0]), group: data.groups[row[1]], spelled: row[2].split(" "),
        initials: row[3].split(" "), lines: lines, fen: lines.reduce(function (sum, line) { return sum + line.fen; }, 0)
      };
    });
  }

  function readSounds(data) {
    var sounds = new Map();
    data.sounds.join(";").split(";").forEach(function (entry) {
      var parts = entry.split(":");
      Array.from(parts[1] || "").forEach(function (char) {
        sounds.set(char, (sounds.get(char) || []).concat(parts[0]));
      });
    });
    return sounds;
  }

  function soundsOf(key, sounds) {
    var found = [""];
    Array.from(key).forEach(function (char) {
      var next = [];
      found.forEach(function (head) {
        (sounds.get(char) || []).forEach(function (reading) { next.push(head + reading); });
      });
      found = next.slice(0, MAX_SOUNDS);
    });
    return found.map(foldSound);
  }

  function has(tokens, letters) {
    return tokens.indexOf(letters) >= 0;
  }

  function starts(tokens, letters) {
    return tokens.some(function (token) { return token.startsWith(letters); });
  }

  /* Tests of a person, best first: those for the name as typed, and those for what sounds like it. */
  function buildTests(key, data) {
    var letters = foldLetters(key);
    if (letters && letters.length === key.length) {
      var folded = foldSound(letters);
      return {
        typed: [
          function (p) { return has(p.spelled, letters); },
          function (p) { return has(p.initials, letters); },
          function (p) { return starts(p.spelled, letters); },
          function (p) { return starts(p.initials, letters); }
        ],
        alike: function (p) { return starts(p.spelled.map(foldSound), folded); }
      };
    }
    var runs = key.match(/[a-zü]+|[^a-zü]+/g) || [];
    var sounds = soundsOf(key, data.soundMap || (data.soundMap = readSounds(data)));
    return {
      typed: [
        function (p) { return p.key === key; },
        function (p) { return p.key.startsWith(key); },
        function (p) {
          return runs.every(function (run) {
            var part = foldLetters(run);
            return part ? starts(p.spelled, part) : p.key.indexOf(run) >= 0;
          });
        }
      ],
      alike: function (p) { return p.spelled.some(function (s) { return has(sounds, foldSound(s)); }); }
    };
  }

  /* The group a word names (3组, 三组, 第三村民小组), null for none. */
  function matchGroup(groups, word) {
    var plain = word.replace(/^第/, "").replace(/(村民小组|村民组|小组)$/, "组");
    var found = groups.filter(function (group) { return group && (group === plain || speakMonths(group) === plain); });
    return found.length ? found[0] : null;
  }

  function find(data, people, words, group) {
    var rest = [];
    words.split(/\s+/).forEach(function (word) {
      var plain = word.normalize("NFKC"), named = matchGroup(data.groups, plain);
      if (named !== null) group = named;
      else if (plain !== data.village.village && plain !== data.village.township) rest.push(word);
    });
    var key = searchKey(rest.join(""));
    var inGroup = group === null ? people : people.filter(function (p) { return p.group === group; });
    if (!key) return { people: group === null ? [] : inGroup, isAlike: false, key: "", group: group };
    var tests = buildTests(key, data), found = new Set();
    tests.typed.forEach(function (test) {
      inGroup.forEach(function (p) { if (test(p)) found.add(p); });
    });
    var isAlike = !found.size;
    if (isAlike) inGroup.forEach(function (p) { if (tests.alike(p)) found.add(p); });
    return { people: Array.from(found), isAlike: isAlike, key: key, group: group };
  }

  /* The characters that may come next in a name, for who cannot type: what most people have, first. */
  function nextChars(people, key) {
    var counts = new Map();
    people.forEach(function (p) {
      var rest = p.key.startsWith(key) ? Array.from(p.key.slice(key.length)) : [];
      if (rest.length) counts.set(rest[0], (counts.get(rest[0]) || 0) + 1);
    });
    return Array.from(counts.keys()).sort(function (a, b) { return counts.get(b) - counts.get(a) || (a < b ? -1 : 1); });
  }

  /* A Chinese voice of this computer, before one that needs the network; null for none. */
  function chooseVoice(voices) {
    var found = Array.from(voices).filter(function (v) { return /^(zh|cmn)/i.test(v.lang); });
    var rank = function (v) { return (v.localService === false ? 0 : 2) + (/CN|Hans/i.test(v.lang) ? 1 : 0); };
    return found.sort(function (a, b) { return rank(b) - rank(a); })[0] || null;
  }

  function speech(data, p) {
    var words = data.words, lines = p.lines.map(function (line, i) {
      var parts = [];
      if (line.quantity !== null && line.unit) parts.push(speakDecimal(formatScaled(line.quantity, 3)) + (line.unit === "月" ? "个月" : line.unit));
      parts.push(speakFen(line.fen));
      if (line.months) parts.push(speakMonths(line.months) + "发放");
      return fill(words.speech_line, { number: speakInteger(i + 1), title: line.title, parts: parts.join("，") });
    });
    var place = data.village.township + data.village.village + (p.group ? speakMonths(p.group) : "") + "，";
    return fill(words.speech_person, {
      place: place, name: p.name, year: speakDigits(String(data.village.year)), count: speakInteger(p.lines.length),
      sum: speakFen(p.fen)
    }) + lines.join("") + words.speech_coverage;
  }

  /* ---- the page ---- */

  function start() {
    var get = function (id) { return document.getElementById(id); };
    var data = JSON.parse(get("data").textContent), words = data.words, village = data.village;
    var people = buildPeople(data), shown = null, timer = 0, listed = LIMIT, cost = 0;
    var input = get("words"), select = get("group"), list = get("list"), slip = get("slip");

    function put(id, text) {
      get(id).textContent = text;
      get(id).hidden = !text;
    }

    function element(tag, text, className) {
      var made = document.createElement(tag);
      made.textContent = text;
      if (className) made.className = className;
      return made;
    }

    function fillTable(id, rows) {
      var table = get(id), body = table.tBodies[0], heads = table.tHead.rows[0].cells;
      body.textContent = "";
      rows.forEach(function (row) {
        var line = document.createElement("tr");
        row.forEach(function (text, i) {
          var cell = element("td", text, heads[i].className + (text === "" ? " empty" : ""));
          cell.setAttribute("data-label", heads[i].textContent);
          line.appendChild(cell);
        });
        body.appendChild(line);
      });
    }

    function quantity(value, unit) {
      return value === null ? "" : formatScaled(value, 3) + unit;
    }

    function show(p) {
      stop();
      shown = p;
      slip.hidden = !p;
      Array.from(list.querySelectorAll("button")).forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.person === p));
      });
      if (!p) return;
      put("who", p.name);
      put("where", [village.township + village.village, p.group || words.no_group, village.year + "年"].join("　"));
      fillTable("lines", p.lines.map(function (x) {
        return [x.title, quantity(x.quantity, x.unit), x.rate, String(x.payments),
          x.months, formatFen(x.fen)];
      }));
      put("count", fill(words.total, { count: p.lines.length }));
      put("sum", formatFen(p.fen) + "元");
      put("coverage", words.coverage);
      put("draft", village.held ? fill(words.draft, { held: village.held }) : "");
      put("tail", fill(words.until, { day: village.until }) + fill(words.check_code, { code: village.code }));
      put("spoken", "");
    }

    function listPerson(p) {
      var item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.person = p;
      button.appendChild(element("span", p.name, "name"));
      button.appendChild(element("span", (p.group || words.no_group) + "　" + fill(words.items, { count: p.lines.length }), "more"));
      button.addEventListener("click", function () { open(p); });
      item.appendChild(button);
      list.appendChild(item);
    }

    function showList(found) {
      list.textContent = "";
      if (found.length !== 1) found.slice(0, listed).forEach(listPerson);
      get("more").hidden = found.length <= listed;
    }

    function showMore() {
      var found = ask().people, first = listed;
      listed += LIMIT;
      showList(found);
      list.querySelectorAll("button")[first].focus();
    }

    /* Characters to touch instead of typing: those that may follow what stands in the box. */
    function showChars(group) {
      var box = get("chars"), key = searchKey(input.value), chosen = group === null ? people :
        people.filter(function (p) { return p.group === group; });
      if (foldLetters(key)) key = "";
      box.textContent = "";
      nextChars(chosen, key).forEach(function (char) {
        var button = element("button", char);
        button.type = "button";
        button.addEventListener("click", function () { input.value = key + char; search(); refocus(); });
        box.appendChild(button);
      });
      put("picked", fill(box.firstChild ? (key ? words.pick_next : words.pick_first) : words.pick_done, { key: key }));
      get("shorter").hidden = !key;
    }

    function refocus() {
      (get("chars").firstChild || (get("shorter").hidden ? get("pick").firstElementChild : get("shorter"))).focus();
    }

    function open(p) {
      show(p);
      slip.focus();
      slip.scrollIntoView();
    }

    function describe(answer) {
      var count = answer.people.length, notes = [];
      if (!answer.key && answer.group === null) return words.no_words;
      if (!count) return fill(words.nothing, { words: input.value.trim() });
      if (answer.isAlike) notes.push(words.sound_alike);
      if (!answer.key) notes.push(fill(words.group_found, { group: answer.group || words.no_group, count: count }));
      else notes.push(count === 1 ? words.found_one : fill(words.found, { count: count }));
      if (count > listed) notes.push(fill(words.too_many, { limit: listed }));
      return notes.join("");
    }

    function ask() {
      return find(data, people, input.value, select.value === "" ? null : data.groups[+select.value]);
    }

    function search() {
      clearTimeout(timer);
      var started = Date.now(), answer = ask();
      listed = LIMIT;
      get("status").textContent = describe(answer);
      showList(answer.people);
      show(answer.people.length === 1 ? answer.people[0] : null);
      if (get("pick").open) showChars(answer.group);
      cost = Date.now() - started;
      return answer;
    }

    function reset() {
      input.value = "";
      select.value = "";
      get("pick").open = false;
      search();
      get("status").textContent = "";
      input.focus();
    }

    function stop() {
      if (window.speechSynthesis) window.speechSynthesis.cancel();
    }

    function speakAloud() {
      var text = speech(data, shown), engine = window.speechSynthesis, voices = engine ? engine.getVoices() : [];
      var voice = chooseVoice(voices), hasStarted = false, person = shown;
      function tellMute() { if (shown === person) put("spoken", words.no_voice + "\n" + text); }
      put("spoken", text);
      if (!engine || (voices.length && !voice)) { tellMute(); return; }
      engine.cancel();
      // one sentence at a time: some voices fall silent after fifteen seconds
      text.split(/(?:。)/).filter(Boolean).forEach(function (sentence) {
        var utterance = new SpeechSynthesisUtterance(sentence);
        utterance.lang = "zh-CN";
        utterance.rate = 0.85;
        if (voice) utterance.voice = voice;
        utterance.onstart = function () { hasStarted = true; };
        utterance.onerror = function (event) {
          if (event.error !== "canceled" && event.error !== "interrupted") tellMute();
          else hasStarted = true;
        };
        engine.speak(utterance);
      });
      // a browser without any voice says nothing and reports nothing
      setTimeout(function () { if (!hasStarted) tellMute(); }, SILENCE);
    }

    function moveFocus(event) {
      var step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (event.key === "Escape") {
        reset();
      } else if (step && event.target !== select) {
        var buttons = Array.from(list.querySelectorAll("button")), place = buttons.indexOf(document.activeElement) + step;
        if (event.target !== input && buttons.indexOf(event.target) < 0) return;
        (buttons[place] || (place < 0 ? input : buttons[buttons.length - 1] || input)).focus();
        event.preventDefault();
      }
    }

    /* Whether the figures are those the page was made with; a browser that can't tell says nothing. */
    function checkData() {
      var text = get("data").textContent, expected = get("intact").getAttribute("data-digest");
      var sealed = get("intact").getAttribute("data-sealed");
      function tell(text, className) {
        get("intact").className = className;
        put("intact", text);
      }
      if (!window.crypto || !window.crypto.subtle || !window.TextEncoder) { tell(words.unchecked, "place"); return; }
      window.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)).then(function (digest) {
        var found = Array.from(new Uint8Array(digest), function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
        if (found !== expected) tell(words.broken, "warning");
        else tell(sealed ? fill(words.sealed, { day: sealed }) : words.intact, "place");
      }, function () { tell(words.unchecked, "place"); });
    }

    function fillVillage() {
      fillTable("totals", data.programmes.map(function (p) {
        return [p[0], String(p[2]), quantity(p[4], p[1]), String(p[3]), p[6], formatFen(p[5])];
      }));
      put("village-count", fill(words.total, { count: data.programmes.length }));
      put("village-sum", formatFen(village.fen) + "元");
      put("village-tail", (village.withheld ? words.withheld : "") + (village.held ? fill(words.draft, { held: village.held }) : "") +
        fill(words.check_code, { code: village.code }));
    }

    var choices = data.groups.map(function (name, i) { return [String(i), name || words.no_group]; });
    [["", words.all_groups]].concat(choices).forEach(function (choice) {
      var option = element("option", choice[1]);
      option.value = choice[0];
      select.appendChild(option);
    });
    input.addEventListener("input", function (event) {
      clearTimeout(timer);
      if (event.isComposing) return;
      if (cost > SLOW) timer = setTimeout(search, PATIENCE); else search();
    });
    input.addEventListener("compositionend", search);
    select.addEventListener("change", search);
    get("ask").addEventListener("submit", function (event) {
      event.preventDefault();
      var answer = search();
      if (answer.people.length === 1) open(answer.people[0]);
      else if (answer.people.length) list.querySelector("button").focus();
    });
    get("clear").addEventListener("click", reset);
    get("more").addEventListener("click", showMore);
    get("pick").addEventListener("toggle", function () { if (get("pick").open) showChars(ask().group); });
    get("shorter").addEventListener("click", function () {
      input.value = Array.from(searchKey(input.value)).slice(0, -1).join("");
      search();
      (get("shorter").hidden ? get("pick").firstElementChild : get("shorter")).focus();
    });
    get("big").addEventListener("click", function () {
      var isBig = document.documentElement.classList.toggle("big");
      get("big").setAttribute("aria-pressed", String(isBig));
    });
    get("speak").addEventListener("click", speakAloud);
    get("print").addEventListener("click", function () { window.print(); });
    get("back").addEventListener("click", function () {
      (list.querySelector("button[aria-pressed=true]") || input).focus();
    });
    document.addEventListener("keydown", moveFocus);
    fillVillage();
    checkData();
    get("old").hidden = true;
    get("ask").hidden = get("village").hidden = false;
    try {
      input.value = decodeURIComponent(location.hash.slice(1));
    } catch (error) {
      input.value = "";
    }
    if (input.value) search(); else input.focus();
  }

  if (typeof module === "object") {
    module.exports = {
      searchKey: searchKey, foldLetters: foldLetters, foldSound: foldSound, speakInteger: speakInteger, speakFen: speakFen,
      speakDecimal: speakDecimal, speakMonths: speakMonths, formatFen: formatFen, formatScaled: formatScaled,
      buildPeople: buildPeople, find: find, speech: speech, nextChars: nextChars, chooseVoice: chooseVoice
    };
  } else {
    start();
  }
})();
