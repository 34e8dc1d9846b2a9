/**
 * The 11 districts of Guangzhou ("11 个区", Guangzhou 2018, line 11) with their codes of GB/T 2260.
 * Coordinates are those of the district's centre, rounded, so that distances in the sample are of the
 * right order and no address is anybody's.
 */
export interface District {
  readonly code: string;
  readonly name: string;
  readonly key: string;
  readonly lat: number;
  readonly lng: number;
}

export const DISTRICTS: readonly District[] = [
  { code: '440103', name: '荔湾区', key: 'liwan', lat: 23.126, lng: 113.244 },
  { code: '440104', name: '越秀区', key: 'yuexiu', lat: 23.129, lng: 113.267 },
  { code: '440105', name: '海珠区', key: 'haizhu', lat: 23.084, lng: 113.317 },
  { code: '440106', name: '天河区', key: 'tianhe', lat: 23.125, lng: 113.361 },
  { code: '440111', name: '白云区', key: 'baiyun', lat: 23.157, lng: 113.273 },
  { code: '440112', name: '黄埔区', key: 'huangpu', lat: 23.182, lng: 113.481 },
  { code: '440113', name: '番禺区', key: 'panyu', lat: 22.938, lng: 113.384 },
  { code: '440114', name: '花都区', key: 'huadu', lat: 23.404, lng: 113.22 },
  { code: '440115', name: '南沙区', key: 'nansha', lat: 22.802, lng: 113.525 },
  { code: '440117', name: '从化区', key: 'conghua', lat: 23.549, lng: 113.587 },
  { code: '440118', name: '增城区', key: 'zengcheng', lat: 23.261, lng: 113.811 },
];

/** A neighbour in another city: Nanhai in Foshan, for what crosses the city's border. */
export const NANHAI: District = { code: '440605', name: '佛山市南海区', key: 'nanhai', lat: 23.029, lng: 113.143 };

/** 广州市. */
export const CITY_AREA = '440100';
