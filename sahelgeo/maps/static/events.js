/* Events gathered into circles: those that stand near each other on the screen, counted anew at each zoom. */
"use strict";
sahelgeo.gather = function (pixels, cell) {
    var found = {};
    pixels.forEach(function (pixel, number) {
        var key = Math.floor(pixel.x / cell) + "," + Math.floor(pixel.y / cell);
        if (!found[key]) found[key] = { members: [], x: 0, y: 0 };
        found[key].members.push(number);
        found[key].x += pixel.x;
        found[key].y += pixel.y;
    });
    /* Squares of a grid cut groups in two: a smaller one whose middle is near a larger one's joins it. */
    var groups = Object.keys(found).map(function (key) { return found[key]; }).sort(function (a, b) { return b.members.length - a.members.length; });
    function middle(one) { return L.point(one.x / one.members.length, one.y / one.members.length); }
    return groups.reduce(function (kept, one) {
        var near = kept.filter(function (larger) { return larger.middle.distanceTo(middle(one)) < cell * 0.7; })[0];
        if (near) near.members = near.members.concat(one.members);
        else kept.push({ members: one.members, middle: middle(one) });
        return kept;
    }, []);
};

/* What a circle stands for: numbers by kind, deaths, how many figures and exact places are missing. */
sahelgeo.eventSummary = function (layer, vague, members) {
    var deaths = members.map(function (number) { return layer.fatalities[number]; }), known = deaths.filter(function (one) { return one !== null; });
    var sum = known.length ? known.reduce(function (one, other) { return one + other; }) : null;
    function counted(suits) { return members.filter(suits).length; }
    return {
        events: members.length, deaths: sum, unknown: deaths.length - known.length, number: layer.by === "fatalities" ? sum : members.length,
        vague: counted(function (number) { return vague.has(number); }),
        kinds: layer.kinds.map(function (kind, place) { return counted(function (number) { return layer.kind_of[number] === place; }); })
    };
};

sahelgeo.kinds.events = function (sheet, layer, map) {
    var look = sheet.document.style.events, element = sheet.element, words = sheet.words;
    var places = [], vague = new Set(layer.vague);
    for (var i = 0; i < layer.points.length; i += 2) places.push(L.latLng(layer.points[i + 1], layer.points[i]));
    var group = L.featureGroup([]), discs = [];

    function popup(summary) {
        function row(label, value) { return [label, sheet.inWords(value, "whole")]; }
        var rows = layer.kinds.map(function (kind, number) { return summary.kinds[number] ? row(kind, summary.kinds[number]) : null; }).filter(Boolean);
        rows.push(row(words.fatalities, summary.deaths));
        if (summary.unknown) rows.push(row(words.events_without_fatalities, summary.unknown));
        if (summary.vague) rows.push(row(words.events_vague, summary.vague));
        return sheet.card(layer, words.events + words.colon + " " + sheet.write.whole(summary.events), rows);
    }

    function circle(middle, summary, largest) {
        var written = summary.number === null ? "?" : sheet.write.whole(summary.number), place = map.unproject(middle);
        /* A long number in a small circle is written smaller, and the circle is never too small for it. */
        var spread = look.largest_radius * sheet.share - look.smallest_radius, radius = Math.max(look.smallest_radius + spread * Math.sqrt((summary.number || 0) / largest), 3.4 * written.length);
        var disc = element("span", "sg-event", [written]);
        disc.style.width = disc.style.height = disc.style.lineHeight = (2 * radius).toFixed(1) + "px";
        disc.style.fontSize = Math.min(11, 2.7 * radius / written.length).toFixed(1) + "px";
        disc.style.background = layer.fill || look.fill;
        disc.style.color = layer.fill_text || look.text;
        discs.push({ place: place, radius: radius });
        var marker = L.marker(place, { pane: "sg-events", title: "", icon: L.divIcon({ className: "sg-event-place", iconSize: [2 * radius, 2 * radius], html: disc }), riseOnHover: true });
        marker.bindPopup(function () { return popup(summary); });
        marker.on("add", function () { marker.getElement().setAttribute("aria-label", layer.title + words.colon + " " + written); });
        return marker;
    }

    group.refresh = function () {
        var zoom = map.getZoom();
        var gathered = sahelgeo.gather(places.map(function (place) { return map.project(place, zoom); }), look.cell);
        gathered.forEach(function (one) { one.summary = sahelgeo.eventSummary(layer, vague, one.members); });
        gathered.sort(function (a, b) { return (b.summary.number || 0) - (a.summary.number || 0); });
        group.clearLayers();
        discs = [];
        gathered.forEach(function (one) { group.addLayer(circle(one.middle, one.summary, gathered[0].summary.number || 1)); });
        map.fire("sahelgeo:discs");
    };
    group.discs = function () { return discs; };
    group.on("add", function () { group.refresh(); map.on("zoomend", group.refresh); });
    group.on("remove", function () { map.off("zoomend", group.refresh); });
    return group;
};
