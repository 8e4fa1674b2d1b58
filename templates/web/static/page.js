/* Reads aloud, prints, enlarges. The pages work without it. ES5, no library. */
(function () {
  "use strict";
  function get(id) { return document.getElementById(id); }
  var root = document.documentElement, big = get("big"), speak = get("speak"), print = get("print");

  function remember(isBig) {
    try { window.sessionStorage.setItem("big", isBig ? "1" : ""); } catch (error) { /* private window */ }
  }
  function recall() {
    try { return window.sessionStorage.getItem("big") === "1"; } catch (error) { return false; }
  }
  function enlarge(isBig) {
    root.className = isBig ? "big" : "";
    big.setAttribute("aria-pressed", String(isBig));
  }
  big.hidden = false;
  enlarge(recall());
  big.addEventListener("click", function () {
    var isBig = root.className !== "big";
    enlarge(isBig);
    remember(isBig);
  });

  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }

  // a page with somebody's name does not stay on a shared screen: five minutes without a touch lead home
  var IDLE = 5 * 60 * 1000, idle = document.body.getAttribute("data-idle"), timer = 0;
  function wait() {
    window.clearTimeout(timer);
    timer = window.setTimeout(function () { window.location.replace(idle); }, IDLE);
  }
  if (idle) {
    ["keydown", "pointerdown", "touchstart", "scroll", "mousemove"].forEach(function (name) {
      window.addEventListener(name, wait, { passive: true });
    });
    wait();
  }

  function showText() {
    get("mute").hidden = false;
    if (get("spoken")) get("spoken").open = true;
  }
  // a Chinese voice of this device, before one that needs the network; null for none
  function chooseVoice(voices) {
    var best = null, most = -1;
    voices.forEach(function (v) {
      var rank = (v.localService === false ? 0 : 2) + (/CN|Hans/i.test(v.lang) ? 1 : 0);
      if (/^(zh|cmn)/i.test(v.lang) && rank > most) { best = v; most = rank; }
    });
    return best;
  }
  function readAloud() {
    var engine = window.speechSynthesis, voices = engine ? engine.getVoices() : [], voice = chooseVoice(voices);
    var hasStarted = false;
    if (!engine || (voices.length && !voice)) { showText(); return; }
    engine.cancel();
    // one sentence at a time: some voices fall silent after fifteen seconds
    get("speech").textContent.split("。").filter(Boolean).forEach(function (sentence) {
      var utterance = new window.SpeechSynthesisUtterance(sentence);
      utterance.lang = "zh-CN";
      utterance.rate = 0.85;
      if (voice) utterance.voice = voice;
      utterance.onstart = function () { hasStarted = true; };
      utterance.onerror = function (event) {
        if (event.error !== "canceled" && event.error !== "interrupted") showText();
        else hasStarted = true;
      };
      engine.speak(utterance);
    });
    // a browser without any voice says nothing and reports nothing
    window.setTimeout(function () { if (!hasStarted) showText(); }, 3000);
  }
  if (speak) {
    speak.hidden = false;
    speak.addEventListener("click", readAloud);
    window.addEventListener("pagehide", function () { if (window.speechSynthesis) window.speechSynthesis.cancel(); });
  }
})();
