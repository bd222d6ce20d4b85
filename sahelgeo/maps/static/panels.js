/* A page of several maps: headings, text, maps in their places, one legend and one view where maps belong together. */
"use strict";
(function () {
    var element = sahelgeo.element, pages = {};

    /* Text with bold words and links: the page was given them apart, and never as HTML. */
    function run(part) {
        if (typeof part === "string") return part;
        if (part.b) return element("strong", "", part.b.map(run));
        return element("a", "", [part.t], { href: part.a, rel: "noopener noreferrer" });
    }

    function panel(page, section, number) {
        var container = document.getElementById(section.maps[number]);
        var label = [section.heading || page.page.title, section.captions[number]].filter(Boolean).join(", ");
        sahelgeo.fill(container, { role: "region", "aria-label": page.words.map_label + ": " + label });
        var parts = [element("div", "sg-panel-map", [container]), element("div", "sg-bar", [])];
        if (section.captions[number]) parts.unshift(element("figcaption", "", [section.captions[number]]));
        return element("figure", "sg-panel", parts);
    }

    /* Runs before the maps are made, so that each is made in its place and at its size. */
    sahelgeo.panels = function (documentId) {
        var page = JSON.parse(document.getElementById(documentId).textContent), own = { document: page, words: page.words, write: sahelgeo.writer(page.numbers) };
        pages[documentId] = own;
        var made = sahelgeo.furniture(own), main = element("main", "sg-panels");
        page.sections.forEach(function (section) {
            var parts = section.text.map(function (text) { return element("p", "sg-text", text.map(run)); });
            if (section.heading) parts.unshift(element("h2", "", [section.heading]));
            if (section.svg) parts.push(element("figure", "sg-chart", section.svg.map(function (text) { return document.importNode(new window.DOMParser().parseFromString(text, "image/svg+xml").documentElement, true); })));
            else parts.push(element("div", "sg-panel-row", section.maps.map(function (name, number) { return panel(page, section, number); })));
            if (section.shared) parts.push(element("div", "sg-panel-legend"));
            main.appendChild(element("section", "sg-section", parts));
        });
        document.body.classList.add("sg-panels-page");
        if (page.sections.length === 1) document.body.classList.add("sg-panels-one");
        document.body.append(made.head, main, made.foot, made.tables);
    };

    /* One moves, the others follow. */
    function moveTogether(maps) {
        var moving = false;
        maps.forEach(function (map) {
            /* A view that was fitted lies between the steps of the zoom: without steps the others follow it exactly. */
            map.options.zoomSnap = 0;
            map.on("move", function () {
                if (moving) return;
                moving = true;
                maps.forEach(function (other) { if (other !== map) other.setView(map.getCenter(), map.getZoom(), { animate: false }); });
                moving = false;
            });
        });
        maps[0].fire("move");
    }

    sahelgeo.panelsReady = function (documentId) {
        var places = document.querySelectorAll(".sg-section");
        var own = pages[documentId];
        /* The tables read what the maps draw: shared lists in full, of a layer over time the period that is shown. */
        Object.keys(own.document.views).forEach(function (name) {
            var sheet = sahelgeo.sheets[documentId + " " + name];
            if (!sheet) return;
            own.document.views[name].layers.forEach(function (key) { own.document.layers[key] = sheet.document.layers[key]; });
            sheet.renewTables = own.renewTables;
        });
        own.document.sections.forEach(function (section, number) {
            if (!section.shared) return;
            var sheets = section.maps.map(function (name) { return sahelgeo.sheets[documentId + " " + name]; });
            places[number].querySelector(".sg-panel-legend").appendChild(sheets[0].legend.getContainer());
            sheets.slice(1).forEach(function (sheet) { sheet.legend.remove(); });
            sheets[0].legend.getContainer().querySelector("details").open = true;
            moveTogether(sheets.map(function (sheet) { return sheet.map; }));
        });
    };
})();
