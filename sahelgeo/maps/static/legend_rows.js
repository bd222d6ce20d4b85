/* What the legend says of areas, of their symbols, of two variables at once, and of events. */
"use strict";
sahelgeo.legendRows = function (sheet) {
    var element = sheet.element, svg = sheet.svg, look = sheet.document.style;

    function classRows(layer) {
        return layer.classes.map(function (one) {
            var swatch = svg("svg", { width: 22, height: 15, "aria-hidden": "true" }, [svg("rect", { x: 0.5, y: 0.5, width: 21, height: 14, fill: sheet.pattern(one.colour, one.hatch), stroke: "#8C8C8C" })]);
            return element("li", one.count ? "" : "sg-none", [swatch, element("span", "", [one.label]), element("span", "sg-count", [(one.counts || [one.count]).map(sheet.write.whole).join(" → ")])]);
        });
    }

    /* Symbols and settlements, each there only where the map has one. */
    function markRows(layer) {
        return (layer.legend_marks || []).map(function (one) {
            var shape = /^(urban|idp_site|refugee)$/.test(one.key) ? sahelgeo.settlementShape(sheet, one.key, "#FFFFFF") : sahelgeo.markShape(sheet, one.key);
            return element("li", "", [element("span", "sg-legend-mark", [shape]), element("span", "", [one.label]), element("span", "sg-count", [(one.each && one.each.length ? one.each : [one.count]).map(sheet.write.whole).join(" → ")])]);
        });
    }

    /* Three by three squares: the first number grows to the right, the second upwards. */
    function keyRows(layer) {
        var size = 56, left = 26, top = 4, shapes = [], number;
        function say(text, attributes) {
            shapes.push(svg("text", Object.assign({ "font-size": 10.5, fill: look.text.colour, "text-anchor": "middle" }, attributes), [text]));
        }
        for (number = 0; number < 9; number += 1) {
            var one = layer.classes[number], x = left + (number % 3) * size, y = top + (2 - Math.floor(number / 3)) * size;
            shapes.push(svg("rect", { x: x, y: y, width: size, height: size, fill: one.colour, stroke: "#FFFFFF" }));
            say(sheet.write.whole(one.count), { x: x + size / 2, y: y + size / 2 + 4, fill: one.text });
        }
        layer.key.classes[0].forEach(function (text, column) { say(text, { x: left + (column + 0.5) * size, y: top + 3 * size + 13, "font-size": Math.min(9.5, 106 / text.length) }); });
        layer.key.classes[1].forEach(function (text, row) {
            var middle = top + (2.5 - row) * size;
            say(text, { x: 18, y: middle, "font-size": Math.min(9.5, 106 / text.length), transform: "rotate(-90 18 " + middle + ")" });
        });
        var drawing = svg("svg", { width: left + 3 * size + 4, height: top + 3 * size + 18, role: "img", "aria-label": layer.key.labels.join(" × ") }, shapes);
        var axes = element("div", "sg-key-labels", [element("div", "", ["→ " + layer.key.labels[0]]), element("div", "", ["↑ " + layer.key.labels[1]])]);
        return [element("li", "sg-key", [drawing, axes])].concat(classRows({ classes: layer.classes.slice(9) }));
    }

    function areaRows(layer) { return (layer.key ? keyRows(layer) : classRows(layer)).concat(markRows(layer)); }

    function eventRows(layer) {
        var disc = svg("svg", { width: 22, height: 22, "aria-hidden": "true" }, [svg("circle", { cx: 11, cy: 11, r: 10, fill: layer.fill || look.events.fill })]);
        var what = layer.by === "fatalities" ? sheet.words.circle_of_fatalities : sheet.words.circle_of_events;
        return [element("li", "", [disc, element("span", "", [what])])].concat(layer.kinds.map(function (kind, number) {
            var count = layer.kind_of.filter(function (one) { return one === number; }).length;
            return element("li", "", [element("span", "", [kind]), element("span", "sg-count", [sheet.write.whole(count)])]);
        }));
    }

    return { areas: areaRows, events: eventRows };
};
