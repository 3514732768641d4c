import type { MemberSpec } from '@citus-ha/config';
import { renderDatabaseMember } from './database-member.js';
import { renderEtcdMember } from './etcd.js';
import { renderPoolerMember } from './pooler-member.js';
import { renderProxyMember } from './proxy-member.js';
import type { RenderedMember, RenderInput } from './rendering.js';
import { renderSentinelMember } from './sentinel-member.js';

/**
 * What a runtime needs to run one member: command, environment, files with their modes, ports. The same input gives the
 * same text, so a difference means that something was changed.
 *
 * @throws CodedError `MEMBER_NOT_PLACED` where the site lacks this member or one it refers to; `MEMBER_KIND_UNSUPPORTED`
 * for a sentinel or a pooler where none can run; `SECRET_MISSING` for a pooler that no password has been made for.
 */
export function renderMember(input: RenderInput, member: MemberSpec): RenderedMember {
  switch (member.kind) {
    case 'coordinator':
    case 'worker':
      return renderDatabaseMember(input, member);
    case 'etcd':
      return renderEtcdMember(input, member);
    case 'proxy':
      return renderProxyMember(input, member);
    case 'pooler':
      return renderPoolerMember(input, member);
    default:
      return renderSentinelMember(input, member);
  }
}
