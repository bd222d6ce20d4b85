/* What stands on a map on request: a field that finds areas by name, and a small map that shows where the large one lies. */
"use strict";
sahelgeo.search = function (sheet) {
    var element = sheet.element;

    function folded(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim(); }

    /* What is on the map now and has a name, layers on top first. */
    function found(text) {
        var all = [];
        sheet.layers.slice().reverse().forEach(function (entry) {
            if (entry.on && entry.open && !entry.layer.unnamed) entry.layer.names.forEach(function (name, number) { all.push({ entry: entry, number: number, name: folded(name) }); });
        });
        if (!text) return null;
        return all.filter(function (one) { return one.name === text; })[0] || all.filter(function (one) { return one.name.indexOf(text) === 0; })[0] ||
            all.filter(function (one) { return one.name.indexOf(text) > 0; })[0];
    }

    var control = L.control({ position: "topright" });
    control.onAdd = function (map) {
        var input = element("input", "sg-search-field"), names = element("datalist", ""), answer = element("output", "sg-warning");
        names.id = "sg-names-" + map.getContainer().id;
        input.type = "search";
        input.placeholder = sheet.words.search;
        input.setAttribute("aria-label", sheet.words.search);
        input.setAttribute("list", names.id);
        input.addEventListener("focus", function () {
            var seen = {};
            sheet.layers.forEach(function (entry) {
                if (entry.on && entry.open && !entry.layer.unnamed) entry.layer.names.forEach(function (name) { if (name) seen["name " + name] = name; });
            });
            names.replaceChildren.apply(names, Object.keys(seen).sort().map(function (key) { var option = element("option", ""); option.value = seen[key]; return option; }));
        });
        input.addEventListener("change", function () {
            var text = folded(input.value), one = found(text);
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
