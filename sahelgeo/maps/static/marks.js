/* Small symbols on areas (IPC Protocol 3.2): evidence stars, sacks of food assistance, limited access; and settlements as points coloured by phase. */
"use strict";
sahelgeo.markShape = function (sheet, key) {
    var svg = sheet.svg, stars = { evidence_1: "*", evidence_2: "**", evidence_3: "***", assistance: "!" };
    if (stars[key]) return sheet.element("span", "sg-mark", [stars[key]]);
    var box = { viewBox: "0 0 12 14", width: 12, height: 14, "class": "sg-mark", "aria-hidden": "true" };
    if (key === "limited_access") {
        return svg("svg", box, [
            svg("circle", { cx: 6, cy: 7.5, r: 5, fill: "#FFFFFF", stroke: "#111111", "stroke-width": 1.4 }),
            svg("path", { d: "M2.5 11 L9.5 4", stroke: "#111111", "stroke-width": 1.4 })
        ]);
    }
    return svg("svg", box, [svg("path", {
        d: "M4 4 L3 1.2 L6 2 L9 1.2 L8 4 C11 6 11.6 9 11 12.6 L1 12.6 C0.4 9 1 6 4 4 Z",
        fill: key === "black_sack" ? "#111111" : "#FFFFFF", stroke: key === "black_sack" ? "#FFFFFF" : "#111111", "stroke-width": 1
    })]);
};

/* Town: circle; site of displaced people: square on its corner; refugees: triangle. */
sahelgeo.settlementShape = function (sheet, shape, fill) {
    var d = { urban: "M8 1.5 a6.5 6.5 0 1 0 0.01 0 Z", idp_site: "M8 0.8 L15.2 8 L8 15.2 L0.8 8 Z", refugee: "M8 1 L15 14.5 L1 14.5 Z" }[shape];
    return sheet.svg("svg", { viewBox: "-2 -2 20 20", width: 20, height: 20, "aria-hidden": "true" }, [
        sheet.svg("path", { d: d, fill: "none", stroke: "#FFFFFF", "stroke-width": 4, "stroke-linejoin": "round" }),
        sheet.svg("path", { d: d, fill: fill, stroke: "#111111", "stroke-width": 1.3 })
    ]);
};

sahelgeo.settlement = function (sheet, layer, number) {
    var holder = sheet.element("span", "sg-settlement", []), look = sheet.document.style.settlements;
    var place = layer.places[number];
    /* What stands on one point, such as the sites of one area, stands side by side. */
    var before = layer.places.slice(0, number).filter(function (other) { return other.join() === place.join(); }).length;
    var aside = [look.beside * before, before ? -look.above : 0];
    var marker = L.marker([place[1], place[0]], {
        pane: "sg-settlements", keyboard: false, icon: L.divIcon({ className: "sg-settlement-place", iconSize: [20, 20], iconAnchor: [10 - aside[0], 10 - aside[1]], html: holder })
    });
    marker.aside = aside;
    marker.refresh = function (drawn) {
        holder.replaceChildren(sahelgeo.settlementShape(sheet, layer.shapes[number], sheet.pattern(drawn.colour, drawn.hatch)));
    };
    return marker;
};
