/** One palette for page and charts; told apart also by those who do not see red and green. */
export const colours = {
  ink: '#1f2933',
  faint: '#69757f',
  rule: '#dfe3e8',
  write: '#0b6e69',
  read: '#3b6fd4',
  error: '#c2410c',
  outage: '#fde4d8',
  fault: '#7a2e0e',
  good: '#0b6e69',
  bad: '#b42318',
  unsure: '#9a6700',
  leaders: ['#4c5fd5', '#b7791f', '#0b6e69', '#9d4edd', '#475569'],
} as const;
