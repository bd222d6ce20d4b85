/* Curved arrows, drawn in pixels at every zoom so that width and head keep their size. */
"use strict";
sahelgeo.width = function (sheet, layer, value) {
    var look = sheet.document.style.arrows;
    return layer.largest && value !== "<" ? Math.max(look.narrowest, look.widest * sheet.share * value / layer.largest) : look.narrowest;
};

/* The outline of an arrow along the quadratic curve a, c, b, as an SVG path; it keeps clear of both ends by a number of pixels. */
sahelgeo.arrowPath = function (look, a, c, b, width, clearStart, clearEnd) {
    var steps = 20, half = width / 2, points = [], i, t;
    for (i = 0; i <= steps; i += 1) {
        t = i / steps;
        points.push([(1 - t) * (1 - t) * a.x + 2 * t * (1 - t) * c.x + t * t * b.x, (1 - t) * (1 - t) * a.y + 2 * t * (1 - t) * c.y + t * t * b.y]);
    }
    var lengths = [0];
    for (i = 1; i <= steps; i += 1) lengths.push(lengths[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]));
    var total = lengths[steps];
    if (total < look.shortest) return "M0 0";
    var start = Math.min(clearStart, total * 0.25), end = total - Math.min(clearEnd, total * 0.25);
    var head = Math.min(width * look.head[0] + look.head[1], (end - start) * 0.6), wing = Math.min(width * look.wing[0] + look.wing[1], total * 0.3);
    function at(length) {
        var k = 1;
        while (k < steps && lengths[k] < length) k += 1;
        var part = (length - lengths[k - 1]) / (lengths[k] - lengths[k - 1] || 1), p = points[k - 1], q = points[k];
        var dx = q[0] - p[0], dy = q[1] - p[1], d = Math.hypot(dx, dy) || 1;
        return { x: p[0] + dx * part, y: p[1] + dy * part, nx: -dy / d, ny: dx / d };
    }
    var left = [], right = [], neck = end - head;
    function side(place, distance) { return (place.x + place.nx * distance).toFixed(1) + " " + (place.y + place.ny * distance).toFixed(1); }
    for (i = 0; i <= 14; i += 1) {
        var place = at(start + (neck - start) * i / 14), taper = half * (0.55 + 0.45 * i / 14);
        left.push(side(place, taper));
        right.unshift(side(place, -taper));
    }
    var base = at(neck), tip = at(end);
    return "M" + left.join("L") + "L" + side(base, wing) + "L" + side(tip, 0) + "L" + side(base, -wing) + "L" + right.join("L") + "Z";
};

sahelgeo.Arrow = L.Path.extend({
    initialize: function (arc, width, clearance, options) {
        L.setOptions(this, options);
        this._clearance = clearance;
        this._ends = [L.latLng(arc[1], arc[0]), L.latLng(arc[3], arc[2]), L.latLng(arc[5], arc[4])];
        this._width = width;
    },
    getBounds: function () { return L.latLngBounds(this._ends); },
    getCenter: function () { return this._ends[1]; },
    _project: function () {
        var map = this._map, pixels = this._ends.map(function (end) { return map.latLngToLayerPoint(end); });
        var a = pixels[0], middle = pixels[1], b = pixels[2];
        var control = L.point(2 * middle.x - (a.x + b.x) / 2, 2 * middle.y - (a.y + b.y) / 2);
        this._outline = sahelgeo.arrowPath(this.options.look, a, control, b, this._width, this._clearance(this._ends[0]), this._clearance(this._ends[2]));
    },
    _update: function () { if (this._map) this._updatePath(); },
    _updatePath: function () { this._renderer._setPath(this, this._outline); }
});

sahelgeo.kinds.arrows = function (sheet, layer, map) {
    var look = sheet.document.style.arrows;
    /* An arrow stops at the edge of a circle that stands on its end. */
    function clearance(end) {
        return (sheet.radii[[end.lng, end.lat].join()] || 0) + look.clear;
    }
    var chosen, group = sahelgeo.sized(sheet, layer, function (number) { return layer.arcs[number].slice(2, 4); }, function (number) {
        return new sahelgeo.Arrow(layer.arcs[number], sahelgeo.width(sheet, layer, layer.values[number]), clearance, {
            look: look, pane: "sg-arrows", className: "sg-arrow", stroke: true, color: look.border, weight: look.border_width,
            fill: true, fillColor: layer.fill || look.fill, fillOpacity: look.fill_opacity
        });
    });

    group.refresh = function () {
        group.clearLayers();
        group.show(Object.keys(layer.values).map(Number).filter(function (number) { return layer.values[number] !== null; }));
        choose();
    };

    /* Only the arrows into and out of the area whose figures are open; all of them when none is. */
    function choose() {
        group.eachLayer(function (drawn) {
            var path = drawn.getElement(), ends = layer.ends[drawn.number];
            if (path) path.style.display = chosen === undefined || (ends && ends.indexOf(chosen) >= 0) ? "" : "none";
        });
    }

    function onArea(event) {
        chosen = event.area === null ? undefined : sheet.document.codes[event.area];
        choose();
    }

    /* What broad arrows and the heads of narrow ones cover, as a row of discs: names keep off it. */
    group.discs = function () {
        var discs = [];
        group.eachLayer(function (drawn) {
            var ends = drawn._ends.map(function (end) { return map.latLngToLayerPoint(end); });
            for (var t = drawn._width < 3 ? 0.94 : 0.06; t < 1; t += 0.08) {
                var early = 2 * (t - 0.5) * (t - 1), middle = 4 * t * (1 - t), late = 2 * t * (t - 0.5);
                discs.push({ place: map.layerPointToLatLng(ends[0].multiplyBy(early).add(ends[1].multiplyBy(middle)).add(ends[2].multiplyBy(late))), radius: drawn._width / 2 + (t > 0.7 ? 3 : 1) });
            }
        });
        return discs;
    };

    function redraw() { group.eachLayer(function (drawn) { if (drawn._map) { drawn._project(); drawn._update(); } }); }
    group.on("add", function () { map.on("sahelgeo:layers", redraw).on("sahelgeo:area", onArea); choose(); group.keys(); });
    group.on("remove", function () { map.off("sahelgeo:layers", redraw).off("sahelgeo:area", onArea); });
    group.refresh();
    return group;
};
