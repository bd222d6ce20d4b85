/* What stands on a map on request: a field that finds areas by name, and a small map that shows where the large one lies. */
"use strict";
sahelgeo.search = function (sheet) {
    var element = sheet.element;

    function folded(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim(); }

    /* What is on the map now and has a name, layers on top first. */
    function named() {
        return sheet.layers.slice().reverse().filter(function (entry) { return entry.on && entry.open && !entry.layer.unnamed; }).flatMap(function (entry) {
            return entry.layer.names.map(function (name, number) { return { entry: entry, number: number, name: name, place: -1 }; });
        });
    }

    /* The name that is the text, else one that begins with it, else one that holds it. */
    function found(text) {
        var all = named().map(function (one) { return Object.assign(one, { name: folded(one.name), place: folded(one.name).indexOf(text) }); });
        return all.find(function (one) { return one.name === text; }) || all.find(function (one) { return one.place === 0; }) || all.find(function (one) { return one.place > 0; });
    }

    var control = L.control({ position: "topright" });
    control.onAdd = function (map) {
        var names = element("datalist", "", [], { id: "sg-names-" + map.getContainer().id }), answer = element("output", "sg-warning");
        var input = element("input", "sg-search-field", [], { type: "search", placeholder: sheet.words.search, "aria-label": sheet.words.search, list: names.id });
        input.addEventListener("focus", function () {
            var known = new Set(named().map(function (one) { return one.name; }).filter(Boolean));
            names.replaceChildren.apply(names, Array.from(known).sort().map(function (name) { return element("option", "", [], { value: name }); }));
        });
        input.addEventListener("change", function () {
            var text = folded(input.value), one = text ? found(text) : null;
            answer.textContent = text && !one ? sheet.words.search_none : "";
            if (one) one.entry.open(one.number);
        });
        return sheet.box("sg-search", [input, names, answer]);
    };
    return control;
};

sahelgeo.inset = function (sheet, inset) {
    var svg = sheet.svg, look = sheet.document.style, west = inset.bounds[0], north = inset.bounds[3];
    var width = 132, stretch = 1 / Math.cos((inset.bounds[1] + north) * Math.PI / 360), scale = width / (inset.bounds[2] - west);
    var height = Math.round((north - inset.bounds[1]) * stretch * scale);
    function x(degrees) { return ((degrees - west) * scale).toFixed(1); }
    function y(degrees) { return ((north - degrees) * stretch * scale).toFixed(1); }
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
        var shapes = inset.rings.map(function (ring) {
            return svg("path", { d: "M" + ring.map(function (point) { return x(point[0]) + " " + y(point[1]); }).join("L") + "Z", fill: look.ground.land, stroke: look.ground.border, "stroke-width": 0.6 });
        });
        var seen = sheet.document.bounds;
        shapes.push(svg("rect", { x: x(seen[0][1]), y: y(seen[1][0]), width: Math.max(3, (seen[1][1] - seen[0][1]) * scale), height: Math.max(3, (seen[1][0] - seen[0][0]) * stretch * scale), fill: "none", stroke: look.text.warning, "stroke-width": 1.6, "class": "sg-inset-frame" }));
        var drawn = svg("svg", { width: width, height: height, role: "img", "aria-label": sheet.words.inset }, shapes);
        drawn.style.background = look.ground.sea;
        return sheet.box("sg-inset", [drawn]);
    };
    return control;
};
