/* Circles whose area stands for a number. */
"use strict";
sahelgeo.radius = function (sheet, layer, value) {
    var look = sheet.document.style.symbols;
    if (value === "<") return look.smallest_radius;
    if (!value || !layer.largest) return 0;
    return Math.max(look.smallest_radius, look.largest_radius * sheet.share * Math.sqrt(value / layer.largest));
};

sahelgeo.kinds.symbols = function (sheet, layer, map) {
    var look = sheet.document.style.symbols;
    var group = L.featureGroup([]);
    var items = layer.points.map(function (point, number) { return layer.names[number] ? sahelgeo.label(sheet, number, layer.names[number], point) : null; }).filter(Boolean);
    var labels = { layer: layer, items: items, circles: function (item) { return sahelgeo.radius(sheet, layer, layer.values[item.number]); } };

    /* The areas that the circles stand for, where no layer of areas shows them. */
    var outlines = (layer.outlines || []).map(function (area) {
        return L.polygon(sheet.latLngs(area), { pane: "sg-outlines-under", interactive: false, smoothFactor: 0, fill: false, color: sheet.document.style.ground.border, weight: 1 });
    });

    function circle(number) {
        var point = layer.points[number];
        var drawn = L.circleMarker([point[1], point[0]], {
            pane: "sg-symbols", className: "sg-symbol", radius: sahelgeo.radius(sheet, layer, layer.values[number]),
            color: look.border, weight: look.border_width, fillColor: layer.fill || look.fill, fillOpacity: look.fill_opacity
        });
        drawn.number = number;
        drawn.bindTooltip(sheet.element("span", "", [sheet.tooltip(layer, number, sheet.inWords(layer.values[number], "people"))]), { sticky: true });
        drawn.bindPopup(function () { return sheet.popup(layer, number); });
        return drawn;
    }

    function keys() {
        sahelgeo.keyboard(sheet, group.getLayers().filter(function (drawn) { return drawn.number !== undefined; }).map(function (drawn) {
            return { drawn: drawn, place: layer.points[drawn.number], label: function () { return sheet.named(layer, drawn.number, sheet.inWords(layer.values[drawn.number], "people")); } };
        }));
    }

    function keep(there) {
        layer.points.forEach(function (point, number) {
            sheet.radii[point.join()] = there ? sahelgeo.radius(sheet, layer, layer.values[number]) : 0;
        });
    }

    /* Largest first, so that small circles lie on top. */
    group.refresh = function () {
        group.clearLayers();
        outlines.concat(items.map(function (item) { return item.marker; })).forEach(function (one) { group.addLayer(one); });
        layer.values.map(function (value, number) { return number; })
            .filter(function (number) { return layer.values[number]; })
            .sort(function (a, b) { return sahelgeo.radius(sheet, layer, layer.values[b]) - sahelgeo.radius(sheet, layer, layer.values[a]); })
            .forEach(function (number) { group.addLayer(circle(number)); });
        if (group._map) { keep(true); keys(); }
    };
    if (outlines.length) group.covers = function (place) { return outlines.some(function (polygon) { return sahelgeo.inside(polygon, place); }); };
    group.open = function (number) {
        group.eachLayer(function (drawn) { if (drawn.number === number) { map.panTo(drawn.getLatLng(), { animate: false }); drawn.openPopup(); } });
    };
    group.on("add", function () { keep(true); keys(); sheet.labels.add(labels); });
    group.on("remove", function () { keep(false); sheet.labels.remove(labels); });
    group.refresh();
    return group;
};
