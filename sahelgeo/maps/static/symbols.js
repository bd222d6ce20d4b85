/* Circles whose area stands for a number. */
"use strict";
sahelgeo.radius = function (sheet, layer, value) {
    var look = sheet.document.style.symbols;
    if (value === "<") return look.smallest_radius;
    if (!value || !layer.largest) return 0;
    return Math.max(look.smallest_radius, look.largest_radius * sheet.share * Math.sqrt(value / layer.largest));
};

/* What circles and arrows share: things whose size stands for a number, made anew for each period, with their figures and a place among the keys. */
sahelgeo.sized = function (sheet, layer, place, make) {
    var group = L.featureGroup([]);
    function value(number) { return sheet.inWords(layer.values[number], "people"); }

    group.things = function () { return group.getLayers().filter(function (drawn) { return drawn.number !== undefined; }); };
    group.keys = function () {
        sahelgeo.keyboard(sheet, group.things().map(function (drawn) {
            return { drawn: drawn, place: place(drawn.number), label: function () { return sheet.named(layer, drawn.number, value(drawn.number)); } };
        }));
    };
    group.show = function (numbers) {
        numbers.forEach(function (number) {
            var drawn = make(number);
            drawn.number = number;
            group.addLayer(sheet.bind(layer, number, drawn, function () { return value(number); }));
        });
        if (group._map) group.keys();
    };
    return group;
};

sahelgeo.kinds.symbols = function (sheet, layer, map) {
    var look = sheet.document.style.symbols, there = false;
    var items = layer.points.map(function (point, number) { return layer.names[number] ? sahelgeo.label(sheet, number, layer.names[number], point) : null; }).filter(Boolean);
    function radius(number) { return sahelgeo.radius(sheet, layer, layer.values[number]); }
    var labels = { layer: layer, items: items, circles: function (item) { return radius(item.number); } };

    /* The areas that the circles stand for, where no layer of areas shows them. */
    var outlines = (layer.outlines || []).map(function (area) {
        return sheet.shape(area, { pane: "sg-outlines-under", fill: false, color: sheet.document.style.ground.border, weight: 1 });
    });

    var group = sahelgeo.sized(sheet, layer, function (number) { return layer.points[number]; }, function (number) {
        return L.circleMarker([layer.points[number][1], layer.points[number][0]], {
            pane: "sg-symbols", className: "sg-symbol", radius: radius(number),
            color: look.border, weight: look.border_width, fillColor: layer.fill || look.fill, fillOpacity: look.fill_opacity
        });
    });

    /* Arrows, digits and names keep off the circles that are there. */
    function keep(now) {
        there = now;
        layer.points.forEach(function (point, number) { sheet.radii[point.join()] = there ? radius(number) : 0; });
    }
    group.discs = function () {
        return layer.points.map(function (point, number) { return { place: [point[1], point[0]], radius: radius(number) }; }).filter(function (disc) { return disc.radius; });
    };

    /* Largest first, so that small circles lie on top. */
    group.refresh = function () {
        group.clearLayers();
        outlines.concat(items.map(function (item) { return item.marker; })).forEach(function (one) { group.addLayer(one); });
        if (there) keep(true);
        group.show(Object.keys(layer.values).map(Number).filter(function (number) { return layer.values[number]; })
            .sort(function (a, b) { return radius(b) - radius(a); }));
    };
    if (outlines.length) group.covers = function (place) { return outlines.some(function (polygon) { return sahelgeo.inside(polygon, place); }); };
    group.open = function (number) {
        group.things().forEach(function (drawn) { if (drawn.number === number) { map.panTo(drawn.getLatLng(), { animate: false }); drawn.openPopup(); } });
    };
    group.on("add", function () { keep(true); group.keys(); sheet.labels.add(labels); });
    group.on("remove", function () { keep(false); sheet.labels.remove(labels); });
    group.refresh();
    return group;
};
